//! Rows to points on the globe.
//!
//! Columns are found by Grafana's names (geomap's location mode "auto"), in any case: `latitude` or
//! `lat`, and `longitude`, `lon` or `lng`; or one text `geohash`. A column `name`, `title`, `city`,
//! `place` or `location`, else the first text, names the point. A column `value` or `metric`, else the
//! first other number, is its value.

use jiff::tz::TimeZone;

use super::columns::{hints, wrong};
use super::{ColumnKind, Failure, PanelKind, Rowset};
use crate::model::panel_data::Site;
use crate::model::rowset::Column;
use crate::model::text::single_line;
use crate::model::value::Value;

const LATITUDE: [&str; 2] = ["latitude", "lat"];
const LONGITUDE: [&str; 3] = ["longitude", "lon", "lng"];
const GEOHASH: [&str; 1] = ["geohash"];
const NAMES: [&str; 5] = ["name", "title", "city", "place", "location"];
const VALUES: [&str; 2] = ["value", "metric"];

/// Where a row says it is.
enum Location<'r> {
    Degrees(&'r Column, &'r Column),
    Geohash(&'r Column),
}

/// A point per row. Rows without a place (NULL, or off the globe) are left out.
pub(super) fn sites(rows: &Rowset) -> Result<Vec<Site>, Failure> {
    if rows.columns.is_empty() {
        return Ok(Vec::new());
    }
    let location = location(rows)?;
    let is_taken = |column: &Column| match &location {
        Location::Degrees(latitude, longitude) => {
            std::ptr::eq(column, *latitude) || std::ptr::eq(column, *longitude)
        }
        Location::Geohash(geohash) => std::ptr::eq(column, *geohash),
    };
    let pick = |names: &[&str], kind: ColumnKind| {
        let mut free = rows.columns.iter().filter(|column| !is_taken(column));
        named(rows, names, kind)
            .filter(|column| !is_taken(column))
            .or_else(|| free.find(|column| column.kind == kind))
    };
    let name = pick(&NAMES, ColumnKind::Text);
    let value = pick(&VALUES, ColumnKind::Number);
    Ok((0..rows.len())
        .filter_map(|row| {
            let (latitude, longitude) = match &location {
                Location::Degrees(latitude, longitude) => (
                    latitude.values[row].as_f64()?,
                    longitude.values[row].as_f64()?,
                ),
                Location::Geohash(geohash) => match &geohash.values[row] {
                    Value::Text(hash) => decode(hash.trim())?,
                    _ => return None,
                },
            };
            let fits = latitude.abs() <= 90.0 && longitude.abs() <= 360.0;
            fits.then(|| Site {
                name: name.map_or_else(String::new, |column| {
                    single_line(&column.values[row].display(&TimeZone::UTC)).into_owned()
                }),
                latitude,
                longitude: if (-180.0..180.0).contains(&longitude) {
                    longitude
                } else {
                    (longitude + 180.0).rem_euclid(360.0) - 180.0
                },
                value: value
                    .and_then(|column| column.values[row].as_f64())
                    .unwrap_or(f64::NAN),
            })
        })
        .collect())
}

/// The column of this kind with the first of `names` there is, in any case.
pub(super) fn named<'r>(rows: &'r Rowset, names: &[&str], kind: ColumnKind) -> Option<&'r Column> {
    names.iter().find_map(|name| {
        rows.columns
            .iter()
            .find(|column| column.kind == kind && column.name.eq_ignore_ascii_case(name))
    })
}

fn location(rows: &Rowset) -> Result<Location<'_>, Failure> {
    let latitude = named(rows, &LATITUDE, ColumnKind::Number);
    let longitude = named(rows, &LONGITUDE, ColumnKind::Number);
    let missing = match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => return Ok(Location::Degrees(latitude, longitude)),
        (Some(_), None) => "there is no number column `longitude`, `lon` or `lng`",
        (None, Some(_)) => "there is no number column `latitude` or `lat`",
        (None, None) => "",
    };
    if let Some(geohash) = named(rows, &GEOHASH, ColumnKind::Text) {
        return Ok(Location::Geohash(geohash));
    }
    let mut failure = wrong(PanelKind::Map, rows);
    if !missing.is_empty() {
        failure = failure.detail(missing);
    }
    for column in &rows.columns {
        let wanted = LATITUDE.iter().chain(&LONGITUDE);
        if column.kind == ColumnKind::Text
            && wanted
                .into_iter()
                .any(|name| column.name.eq_ignore_ascii_case(name))
        {
            failure = failure.detail(format!(
                "`{0}` is {1}: cast it, `{0}::float8`",
                column.name, column.type_name
            ));
        } else if column.type_name == "point" {
            failure = failure.detail(format!(
                "`{0}` is a point: `{0}[0] as longitude, {0}[1] as latitude`",
                column.name
            ));
        }
    }
    Err(hints(failure, rows))
}

/// The middle of a geohash's cell, as (latitude, longitude); none for what is no geohash.
/// Base 32 without a, i, l and o; bits halve longitude and latitude in turn.
fn decode(hash: &str) -> Option<(f64, f64)> {
    const ALPHABET: &[u8] = b"0123456789bcdefghjkmnpqrstuvwxyz";
    if hash.is_empty() || hash.len() > 22 {
        return None;
    }
    let (mut latitude, mut longitude) = ((-90.0, 90.0), (-180.0, 180.0));
    let mut is_longitude = true;
    for letter in hash.bytes() {
        let letter = letter.to_ascii_lowercase();
        let five = ALPHABET.iter().position(|known| *known == letter)?;
        for bit in (0..5).rev() {
            let (low, high): &mut (f64, f64) = if is_longitude {
                &mut longitude
            } else {
                &mut latitude
            };
            let middle = f64::midpoint(*low, *high);
            if five >> bit & 1 == 1 {
                *low = middle;
            } else {
                *high = middle;
            }
            is_longitude = !is_longitude;
        }
    }
    Some((
        f64::midpoint(latitude.0, latitude.1),
        f64::midpoint(longitude.0, longitude.1),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_geohash_is_decoded_as_its_inventor_does() {
        // The example of geohash.org: u4pruydqqvj is 57.64911, 10.40744.
        let (latitude, longitude) = decode("u4pruydqqvj").unwrap();
        assert!((latitude - 57.64911).abs() < 1e-5, "{latitude}");
        assert!((longitude - 10.40744).abs() < 1e-5, "{longitude}");
        assert_eq!(decode("U4PRUYDQQVJ"), decode("u4pruydqqvj"));
        for wrong in ["", "abc", "u4 pr", "0123456789012345678901234"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
