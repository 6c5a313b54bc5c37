//! The globe on a flat screen: an equirectangular projection of what is to be seen, and the outline of
//! the world.
//!
//! `globe/world.txt` is Natural Earth's "Admin 0 – Countries" at 1:110m, version 4.1.0 (public domain,
//! naturalearthdata.com; by way of the npm package `world-atlas` 2.0.2): a line per polyline, first `c`
//! for a coast or `b` for a border between countries, then its points, longitude and latitude in tenths
//! of a degree. Each border is there once; cuts along 180° and the south pole's edge are left out.

static WORLD: &str = include_str!("globe/world.txt");

/// A line on the globe.
#[derive(Clone, Copy, Debug)]
pub struct Outline {
    /// A border between countries, not a coast.
    pub is_border: bool,
    points: &'static str,
}

impl Outline {
    /// Its points as (latitude, longitude) in degrees.
    pub fn points(self) -> impl Iterator<Item = (f64, f64)> {
        self.points.split_ascii_whitespace().filter_map(|point| {
            let (longitude, latitude) = point.split_once(',')?;
            let degrees = |tenths: &str| {
                tenths
                    .parse()
                    .ok()
                    .map(|tenths: i16| f64::from(tenths) / 10.0)
            };
            Some((degrees(latitude)?, degrees(longitude)?))
        })
    }
}

/// The coasts and borders of the world.
pub fn outlines() -> impl Iterator<Item = Outline> {
    WORLD.lines().filter_map(|line| {
        let (kind, points) = line.split_once(' ')?;
        Some(Outline {
            is_border: kind == "b",
            points,
        })
    })
}

/// South and north end of a world without its empty ends.
const INHABITED: (f64, f64) = (-57.0, 78.0);
/// A wider window becomes the whole world.
const WIDE: f64 = 170.0;
/// The least height of a window in degrees: the outline knows nothing finer.
const LEAST: f64 = 8.0;
/// What is left free around the points, as a part of their extent.
const MARGIN: f64 = 0.18;
/// How much wider than high the world may be drawn to fill its room.
const STRETCH: f64 = 1.4;

/// Degrees to places on a screen, in cells from its upper left corner. Cells are taken to be twice as
/// high as wide. Parallels and meridians are straight lines; lengths are true where the window's middle
/// is (on the equator for the whole world).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// The longitude in the middle.
    centre: f64,
    /// The latitude in the middle.
    middle: f64,
    /// Cells per degree of longitude.
    across: f64,
    /// Cells per degree of latitude.
    down: f64,
    width: f64,
    height: f64,
}

impl Projection {
    /// The one that shows all `points` (latitude, longitude) in `width` × `height` cells, with some
    /// room around them: a region where they are near each other, also across 180°, else the world.
    /// What is left of the room shows more of the surroundings.
    pub fn fit(
        points: impl Iterator<Item = (f64, f64)> + Clone,
        (width, height): (u16, u16),
    ) -> Self {
        let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
        let latitudes = points.clone().map(|(latitude, _)| latitude);
        let (south, north) = latitudes.fold((90.0, -90.0), |(low, high): (f64, f64), latitude| {
            (low.min(latitude), high.max(latitude))
        });
        let (west, extent) = shortest_arc(points.map(|(_, longitude)| longitude));
        let tall = ((north - south) * (1.0 + 2.0 * MARGIN)).max(LEAST);
        let broad = extent * (1.0 + 2.0 * MARGIN);
        if south > north || broad > WIDE {
            return Self::world((south, north), (width, height));
        }
        let middle = f64::midpoint(south, north);
        // A degree of longitude is shorter away from the equator.
        let shorter = middle.to_radians().cos().max(0.2);
        let scale = (width / (broad * shorter).max(LEAST)).min(2.0 * height / tall);
        if width / (scale * shorter) > 360.0 || 2.0 * height / scale > 150.0 {
            return Self::world((south, north), (width, height));
        }
        let half = height / scale;
        Self {
            centre: west + extent / 2.0,
            middle: middle.clamp((half - 90.0).min(0.0), (90.0 - half).max(0.0)),
            across: scale * shorter,
            down: scale / 2.0,
            width,
            height,
        }
    }

    fn world((south, north): (f64, f64), (width, height): (f64, f64)) -> Self {
        let south = (south - 4.0).clamp(-90.0, INHABITED.0);
        let north = (north + 4.0).clamp(INHABITED.1, 90.0);
        let tall = north - south;
        let scale = (width / 360.0).min(2.0 * height / tall);
        Self {
            centre: 0.0,
            middle: f64::midpoint(south, north),
            across: (width / 360.0).min(scale * STRETCH),
            down: (height / tall).min(scale / 2.0 * STRETCH),
            width,
            height,
        }
    }

    /// Where a point is, in cells to the right and down; outside of the room where it is out of sight.
    pub fn place(&self, latitude: f64, longitude: f64) -> (f64, f64) {
        let east = self.east(longitude);
        (
            self.width / 2.0 + east * self.across,
            self.height / 2.0 - (latitude - self.middle) * self.down,
        )
    }

    /// Degrees east of the middle, -180 to 180: lines that jump from one end to the other leave the
    /// map on one side.
    pub fn east(&self, longitude: f64) -> f64 {
        (longitude - self.centre + 180.0).rem_euclid(360.0) - 180.0
    }

    /// Degrees of longitude from the left to the right.
    pub fn breadth(&self) -> f64 {
        (self.width / self.across).min(360.0)
    }
}

/// The shortest piece of a parallel that holds all longitudes: its west end and its length. Found to a
/// degree and then made exact, so that a hundred thousand points need no sorting.
fn shortest_arc(longitudes: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let mut is_taken = [false; 360];
    let degree = |longitude: f64| ((longitude + 180.0).rem_euclid(360.0) as usize).min(359);
    for longitude in longitudes.clone() {
        is_taken[degree(longitude)] = true;
    }
    // The longest run of free degrees, also over the end.
    let (mut longest, mut after, mut run) = (0, 0, 0);
    for step in 0..720 {
        if is_taken[step % 360] {
            run = 0;
        } else {
            run = (run + 1).min(360);
            if run > longest {
                (longest, after) = (run, (step + 1) % 360);
            }
        }
    }
    let start = after as f64 - 180.0;
    let offsets = longitudes.map(|longitude| (longitude - start).rem_euclid(360.0));
    let (low, high) = offsets.fold((360.0, 0.0), |(low, high): (f64, f64), offset| {
        (low.min(offset), high.max(offset))
    });
    (start + low, (high - low).max(0.0))
}
