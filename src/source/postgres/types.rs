//! What a type id means. Built-in ones are known; others are asked for once per pool, without a name
//! for the statement.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use postgres_types::Type;

use super::decode::Decoder;
use crate::model::rowset::Rowset;
use crate::model::text::single_line;
use crate::model::value::Value;

/// Types kept; nobody draws this many, but a function that makes types must not fill the memory.
const MOST: usize = 4096;
/// Domains over arrays of composites …: deeper than this is shown as `<type>`.
const DEEPEST: u8 = 16;

/// One type: its name and how to read its values.
#[derive(Debug)]
pub(super) struct ColumnType {
    pub name: String,
    pub decoder: Decoder,
}

/// All types seen so far.
#[derive(Debug, Default)]
pub(super) struct Types(Mutex<HashMap<u32, Arc<ColumnType>>>);

impl Types {
    /// The type; an unreadable one where it is not known.
    pub fn of(&self, oid: u32) -> Arc<ColumnType> {
        if let (Some(named), Some(decoder)) = (Type::from_oid(oid), Decoder::built_in(oid)) {
            return Arc::new(ColumnType {
                name: named.name().to_owned(),
                decoder,
            });
        }
        self.learnt().get(&oid).cloned().unwrap_or_else(|| {
            Arc::new(ColumnType {
                name: format!("type {oid}"),
                decoder: Decoder::Unknown,
            })
        })
    }

    /// Those that must be asked for.
    pub fn unknown(&self, oids: impl Iterator<Item = u32>) -> Vec<u32> {
        let learnt = self.learnt();
        let mut unknown: Vec<u32> = oids
            .filter(|oid| Type::from_oid(*oid).is_none() && !learnt.contains_key(oid))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// Takes in the answer to [`catalogue_sql`].
    pub fn learn(&self, asked: &[u32], rows: &Rowset) {
        let entries = entries(rows);
        let mut learnt = self.learnt();
        if learnt.len() + asked.len() > MOST {
            learnt.clear();
        }
        for oid in asked {
            let name = entries
                .get(oid)
                .map_or_else(|| format!("type {oid}"), |entry| entry.name.clone());
            let decoder = build(*oid, &entries, 0);
            learnt.insert(*oid, Arc::new(ColumnType { name, decoder }));
        }
    }

    fn learnt(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Arc<ColumnType>>> {
        // Nothing in here can be left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One row of `pg_type`, as far as reading values goes.
struct Entry {
    name: String,
    /// `typtype`: b, c, d, e, m, p, r.
    sort: char,
    element: u32,
    base: u32,
    subtype: u32,
    fields: Vec<u32>,
}

/// Asks for these types and all they are made of.
///
/// `rngmultitypid` is read through JSON because PostgreSQL 13 has no such column.
pub(super) fn catalogue_sql(oids: &[u32]) -> String {
    let list: Vec<String> = oids.iter().map(u32::to_string).collect();
    format!(
        "with recursive need(id) as (
  select unnest('{{{}}}'::pg_catalog.oid[])
  union
  select part.id from need join pg_catalog.pg_type t on t.oid = need.id, lateral (
    select t.typelem where t.typcategory = 'A'
    union all select t.typbasetype
    union all select r.rngsubtype from pg_catalog.pg_range r
      where t.typtype in ('r', 'm') and (r.rngtypid = t.oid
        or (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid = t.oid)
    union all select a.atttypid from pg_catalog.pg_attribute a
      where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
  ) part(id) where part.id <> 0
)
select t.oid, t.typname::pg_catalog.text, t.typtype::pg_catalog.text,
  case when t.typcategory = 'A' then t.typelem else 0::pg_catalog.oid end, t.typbasetype,
  (select r.rngsubtype from pg_catalog.pg_range r where t.typtype in ('r', 'm') and (r.rngtypid = t.oid
    or (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid = t.oid)),
  array(select a.atttypid from pg_catalog.pg_attribute a
    where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    order by a.attnum)
from need join pg_catalog.pg_type t on t.oid = need.id",
        list.join(",")
    )
}

fn entries(rows: &Rowset) -> HashMap<u32, Entry> {
    let value = |column: usize, row: usize| {
        rows.columns
            .get(column)
            .and_then(|column| column.values.get(row))
    };
    let id = |value: Option<&Value>| match value {
        Some(Value::Int(oid)) => u32::try_from(*oid).unwrap_or(0),
        _ => 0,
    };
    let text = |value: Option<&Value>| match value {
        Some(Value::Text(text)) => single_line(text).into_owned(),
        _ => String::new(),
    };
    (0..rows.len())
        .map(|row| {
            let fields = match value(6, row) {
                Some(Value::List(fields)) => fields.iter().map(|field| id(Some(field))).collect(),
                _ => Vec::new(),
            };
            let entry = Entry {
                name: text(value(1, row)),
                sort: text(value(2, row)).chars().next().unwrap_or('b'),
                element: id(value(3, row)),
                base: id(value(4, row)),
                subtype: id(value(5, row)),
                fields,
            };
            (id(value(0, row)), entry)
        })
        .collect()
}

fn build(oid: u32, entries: &HashMap<u32, Entry>, depth: u8) -> Decoder {
    if let Some(decoder) = Decoder::built_in(oid) {
        return decoder;
    }
    let Some(entry) = entries.get(&oid).filter(|_| depth < DEEPEST) else {
        return Decoder::Unknown;
    };
    let of = |oid| build(oid, entries, depth + 1);
    match entry.sort {
        'e' => Decoder::Text,
        'd' => of(entry.base),
        'c' => Decoder::Composite(entry.fields.iter().map(|oid| (*oid, of(*oid))).collect()),
        'r' => Decoder::Range(Arc::new(of(entry.subtype))),
        'm' => Decoder::Multirange(Arc::new(of(entry.subtype))),
        _ if entry.element != 0 => Decoder::Array(Some(Arc::new(of(entry.element)))),
        _ => Decoder::extension(&entry.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_was_dropped_meanwhile_is_unreadable_and_not_asked_for_again() {
        let types = Types::default();
        assert_eq!(types.unknown([23, 99_999, 99_999].into_iter()), [99_999]);
        types.learn(&[99_999], &Rowset::default());
        assert!(types.unknown([99_999].into_iter()).is_empty());
        assert_eq!(types.of(99_999).decoder, Decoder::Unknown);
    }

    #[test]
    fn the_memory_for_types_is_bounded() {
        let types = Types::default();
        for oid in 0..(MOST as u32 * 2) {
            types.learn(&[1_000_000 + oid], &Rowset::default());
        }
        assert!(types.learnt().len() <= MOST);
    }
}
