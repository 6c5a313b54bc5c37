//! PostgreSQL's binary formats → [`Value`]. One `match` reads as the list of types.
//!
//! A buffer that does not fit its type is never a panic: the value shows as `<type>`. Control
//! characters are replaced here, so nothing above can pass one on to a terminal.
//! The formats are those of the `…_send` functions in PostgreSQL's `src/backend/utils/adt`.

mod buffer;
mod forms;
mod nested;
mod number;
mod print;
mod time;

use std::borrow::Cow;
use std::sync::Arc;

use postgres_types::{Kind, Type};

use crate::model::rowset::ColumnKind;
use crate::model::text::sanitize;
use crate::model::value::Value;
use buffer::Buffer;

/// How to read one type's values. Made once per type, used per value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Decoder {
    Bool,
    Int2,
    Int4,
    Int8,
    /// `oid`, `xid`, `cid`, `regclass` and their like.
    Unsigned4,
    Unsigned8,
    Float4,
    Float8,
    Numeric,
    Money,
    Text,
    /// The one-byte type `"char"`.
    Char,
    Bytes,
    Timestamp,
    TimestampTz,
    Date,
    Time,
    TimeTz,
    Interval,
    Uuid,
    Json,
    Jsonb,
    /// A version byte, then text: `jsonpath`, `ltree`, `lquery`.
    VersionedText,
    Inet,
    MacAddr,
    Bit,
    Point,
    Line,
    Segment,
    Rectangle,
    Path,
    Polygon,
    Circle,
    Lsn,
    Tid,
    Snapshot,
    TextVector,
    Hstore,
    /// pgvector's `vector`.
    Vector,
    Void,
    /// An array; without a decoder its elements' type is taken from the value.
    Array(Option<Arc<Decoder>>),
    Range(Arc<Decoder>),
    Multirange(Arc<Decoder>),
    /// A row; its types are taken from the value where they are not given.
    Composite(Vec<(u32, Decoder)>),
    Unknown,
}

impl Decoder {
    /// For a type that every server has; none for those that only a catalogue knows.
    pub(super) fn built_in(oid: u32) -> Option<Self> {
        let named = Type::from_oid(oid)?;
        Some(match named {
            Type::BOOL => Self::Bool,
            Type::INT2 => Self::Int2,
            Type::INT4 => Self::Int4,
            Type::INT8 => Self::Int8,
            Type::OID
            | Type::XID
            | Type::CID
            | Type::REGPROC
            | Type::REGPROCEDURE
            | Type::REGOPER
            | Type::REGOPERATOR
            | Type::REGCLASS
            | Type::REGTYPE
            | Type::REGCONFIG
            | Type::REGDICTIONARY
            | Type::REGNAMESPACE
            | Type::REGROLE
            | Type::REGCOLLATION => Self::Unsigned4,
            Type::XID8 => Self::Unsigned8,
            Type::FLOAT4 => Self::Float4,
            Type::FLOAT8 => Self::Float8,
            Type::NUMERIC => Self::Numeric,
            Type::MONEY => Self::Money,
            Type::TEXT
            | Type::VARCHAR
            | Type::BPCHAR
            | Type::NAME
            | Type::XML
            | Type::UNKNOWN
            | Type::CSTRING
            | Type::REFCURSOR
            | Type::PG_NODE_TREE => Self::Text,
            Type::CHAR => Self::Char,
            Type::BYTEA => Self::Bytes,
            Type::TIMESTAMP => Self::Timestamp,
            Type::TIMESTAMPTZ => Self::TimestampTz,
            Type::DATE => Self::Date,
            Type::TIME => Self::Time,
            Type::TIMETZ => Self::TimeTz,
            Type::INTERVAL => Self::Interval,
            Type::UUID => Self::Uuid,
            Type::JSON => Self::Json,
            Type::JSONB => Self::Jsonb,
            Type::JSONPATH => Self::VersionedText,
            Type::INET | Type::CIDR => Self::Inet,
            Type::MACADDR | Type::MACADDR8 => Self::MacAddr,
            Type::BIT | Type::VARBIT => Self::Bit,
            Type::POINT => Self::Point,
            Type::LINE => Self::Line,
            Type::LSEG => Self::Segment,
            Type::BOX => Self::Rectangle,
            Type::PATH => Self::Path,
            Type::POLYGON => Self::Polygon,
            Type::CIRCLE => Self::Circle,
            Type::PG_LSN => Self::Lsn,
            Type::TID => Self::Tid,
            Type::TXID_SNAPSHOT | Type::PG_SNAPSHOT => Self::Snapshot,
            Type::TS_VECTOR => Self::TextVector,
            Type::VOID => Self::Void,
            Type::RECORD => Self::Composite(Vec::new()),
            Type::ANYARRAY | Type::INT2_VECTOR | Type::OID_VECTOR => Self::Array(None),
            ref other => match other.kind() {
                Kind::Array(of) => Self::Array(Some(Arc::new(Self::built_in(of.oid())?))),
                Kind::Range(of) => Self::Range(Arc::new(Self::built_in(of.oid())?)),
                Kind::Multirange(of) => Self::Multirange(Arc::new(Self::built_in(of.oid())?)),
                _ => Self::Unknown,
            },
        })
    }

    /// For an extension's base type, by its name.
    pub(super) fn extension(name: &str) -> Self {
        match name {
            "citext" => Self::Text,
            "ltree" | "lquery" | "ltxtquery" => Self::VersionedText,
            "hstore" => Self::Hstore,
            "vector" => Self::Vector,
            _ => Self::Unknown,
        }
    }

    /// What a column of this type is to drawing.
    pub(super) fn kind(&self) -> ColumnKind {
        match self {
            Self::Bool => ColumnKind::Bool,
            Self::Int2
            | Self::Int4
            | Self::Int8
            | Self::Unsigned4
            | Self::Unsigned8
            | Self::Float4
            | Self::Float8
            | Self::Numeric
            | Self::Money => ColumnKind::Number,
            Self::Timestamp | Self::TimestampTz | Self::Date => ColumnKind::Time,
            Self::Json | Self::Jsonb => ColumnKind::Json,
            _ => ColumnKind::Text,
        }
    }

    /// One value. `type_name` is what an unreadable one shows.
    pub(super) fn value(&self, bytes: Option<&[u8]>, type_name: &str) -> Value {
        match bytes {
            None => Value::Null,
            Some(bytes) => self
                .read(bytes, 0)
                .unwrap_or_else(|| Value::Undecoded(type_name.into())),
        }
    }

    /// None where the bytes do not fit.
    fn read(&self, bytes: &[u8], depth: u8) -> Option<Value> {
        if depth > nested::DEEPEST {
            return None;
        }
        let mut from = Buffer(bytes);
        let value = match self {
            Self::Bool => Value::Bool(from.u8()? != 0),
            Self::Int2 => Value::Int(from.i16()?.into()),
            Self::Int4 => Value::Int(from.i32()?.into()),
            Self::Int8 => Value::Int(from.i64()?),
            Self::Unsigned4 => Value::Int(from.u32()?.into()),
            Self::Unsigned8 => number::unsigned(from.i64()? as u64),
            Self::Float4 => Value::Float(number::float4(f32::from_bits(from.u32()?))),
            Self::Float8 => Value::Float(from.f64()?),
            Self::Numeric => Value::Decimal(number::numeric(&mut from)?.into()),
            Self::Money => Value::Decimal(number::money(from.i64()?).into()),
            Self::Text => Value::Text(text(from.rest())),
            Self::Char => Value::Text(forms::char(from.u8()?)),
            Self::Bytes => Value::Bytes(from.rest().into()),
            Self::Timestamp => Value::Datetime(time::moment(from.i64()?)),
            Self::TimestampTz => Value::Timestamp(time::moment(from.i64()?)),
            Self::Date => Value::Date(time::date(from.i32()?)),
            Self::Time => Value::Time(from.i64()?),
            Self::TimeTz => Value::Text(time::time_tz(from.i64()?, from.i32()?).into()),
            Self::Interval => time::interval(from.i64()?, from.i32()?, from.i32()?),
            Self::Uuid => Value::Uuid(from.array()?),
            Self::Json => Value::Json(json(from.rest())),
            Self::Jsonb => {
                from.version(1)?;
                Value::Json(json(from.rest()))
            }
            Self::VersionedText => {
                from.version(1)?;
                Value::Text(text(from.rest()))
            }
            Self::Inet => Value::Text(forms::inet(&mut from)?.into()),
            Self::MacAddr => Value::Text(forms::mac(from.rest()).into()),
            Self::Bit => Value::Text(forms::bits(&mut from)?.into()),
            Self::Point => Value::Text(forms::point(&mut from)?.into()),
            Self::Line => Value::Text(forms::line(&mut from)?.into()),
            Self::Segment => Value::Text(forms::segment(&mut from)?.into()),
            Self::Rectangle => Value::Text(forms::rectangle(&mut from)?.into()),
            Self::Path => Value::Text(forms::path(&mut from)?.into()),
            Self::Polygon => Value::Text(forms::polygon(&mut from)?.into()),
            Self::Circle => Value::Text(forms::circle(&mut from)?.into()),
            Self::Lsn => Value::Text(forms::lsn(from.i64()? as u64).into()),
            Self::Tid => Value::Text(format!("({},{})", from.u32()?, from.u16()?).into()),
            Self::Snapshot => Value::Text(forms::snapshot(&mut from)?.into()),
            Self::TextVector => Value::Text(forms::text_vector(&mut from)?.into()),
            Self::Hstore => Value::Text(forms::hstore(&mut from)?.into()),
            Self::Vector => Value::Text(forms::vector(&mut from)?.into()),
            Self::Void => Value::Text("".into()),
            Self::Array(of) => nested::array(&mut from, of.as_deref(), depth)?,
            Self::Range(of) => Value::Text(nested::range(&mut from, of, depth)?.into()),
            Self::Multirange(of) => Value::Text(nested::multirange(&mut from, of, depth)?.into()),
            Self::Composite(fields) => {
                Value::Text(nested::composite(&mut from, fields, depth)?.into())
            }
            Self::Unknown => return None,
        };
        // Bytes left over: another format than the one known here.
        from.is_empty().then_some(value)
    }
}

/// Text of whatever encoding, fit for a screen.
fn text(bytes: &[u8]) -> Box<str> {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => sanitize(text).into(),
        Cow::Owned(text) => sanitize(&text).into(),
    }
}

/// A carriage return in JSON is white space, and must stay some.
fn json(bytes: &[u8]) -> Box<str> {
    if bytes.contains(&b'\r') {
        return text(String::from_utf8_lossy(bytes).replace('\r', " ").as_bytes());
    }
    text(bytes)
}

#[cfg(test)]
mod tests;
