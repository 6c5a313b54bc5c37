//! Every format that quotes, and every format inside quotes, in every context.

/// The second value of the list.
pub const OTHER: &str = "it's \\ \"another\"";

/// What has to come back.
pub enum Back {
    /// The value of the row: what the function makes of the variable's.
    Value(fn(&str) -> String),
    /// The name of the column, cut as PostgreSQL cuts names.
    Column(fn(&str) -> String),
    /// A JSON document in the row that holds this.
    Json(fn(&str) -> serde_json::Value),
    /// Nothing: only the structure counts.
    Structure,
}

/// `'…'` as PostgreSQL writes it.
fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn name(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

fn same(value: &str) -> String {
    value.to_owned()
}

fn framed(value: &str) -> String {
    format!("<{value}>")
}

fn framed_literal(value: &str) -> String {
    framed(&literal(value))
}

fn framed_name(value: &str) -> String {
    framed(&name(value))
}

fn framed_list(value: &str) -> String {
    framed(&format!("{value},{OTHER}"))
}

fn json(value: &str) -> serde_json::Value {
    serde_json::json!(value)
}

fn json_list(value: &str) -> serde_json::Value {
    serde_json::json!([value, OTHER])
}

/// Every format that quotes, and every format inside quotes, in every context.
pub const CASES: &[(&str, Back)] = &[
    // Outside quotes.
    ("select $x", Back::Value(same)),
    ("select [[x]]::text", Back::Value(same)),
    ("select ${x:sqlstring}", Back::Value(same)),
    ("select [[x:singlequote]]", Back::Value(same)),
    (
        "select coalesce($x, 'else') -- $x ${x:raw}",
        Back::Value(same),
    ),
    (
        "select /* $x '*/ $x from (select 1) as t where 1 - -1 = 2",
        Back::Value(same),
    ),
    (
        "select ''||$x||E'\\''||'--' as v",
        Back::Value(|value| format!("{value}'--")),
    ),
    (
        "select v from (values ($x)) as t(v) where v = $x",
        Back::Value(same),
    ),
    (
        "select $$a$$||$x||$q$'$q$",
        Back::Value(|value| format!("a{value}'")),
    ),
    ("select to_json(array[$two]::text[])", Back::Json(json_list)),
    (
        "select to_json(array[${two:sqlstring}]::text[])",
        Back::Json(json_list),
    ),
    ("select 'nobody' in ($two)", Back::Structure),
    ("select 1 as ${x:identifier}", Back::Column(same)),
    ("select 1 as [[x:doublequote]]", Back::Column(same)),
    (
        "select t.\"a\" as ${x:identifier} from (select 2 as a) as t",
        Back::Column(same),
    ),
    ("select ${x:json}::text", Back::Json(json)),
    ("select ${two:json}", Back::Json(json_list)),
    // Inside '…'.
    ("select '<$x>'", Back::Value(framed)),
    ("select n'<$x>'", Back::Value(framed)),
    ("select '$x'", Back::Value(same)),
    (
        "select 'it''s $x'",
        Back::Value(|value| format!("it's {value}")),
    ),
    (
        "select '$x''$x'",
        Back::Value(|value| format!("{value}'{value}")),
    ),
    ("select 'a'\n'$x'", Back::Value(|value| format!("a{value}"))),
    ("select '<$two>'", Back::Value(framed_list)),
    ("select '<${x:sqlstring}>'", Back::Value(framed_literal)),
    ("select '<${x:singlequote}>'", Back::Value(framed_literal)),
    ("select '<${x:identifier}>'", Back::Value(framed_name)),
    ("select '<${x:doublequote}>'", Back::Value(framed_name)),
    ("select '${x:json}'", Back::Json(json)),
    ("select '${two:json}'", Back::Json(json_list)),
    ("select '<${listed:csv}>'", Back::Value(framed)),
    ("select '<${listed:pipe}>'", Back::Value(framed)),
    ("select '<${listed:glob}>'", Back::Value(framed)),
    ("select '<${listed:text}>'", Back::Value(framed)),
    ("select '<${listed:join:;}>'", Back::Value(framed)),
    ("select '${listed:regex}'", Back::Structure),
    // Inside E'…'.
    ("select E'<$x>'", Back::Value(framed)),
    (
        "select e'\\'\\\\<$x>'",
        Back::Value(|value| format!("'\\<{value}>")),
    ),
    (
        "select E'a'\n'<$x>'",
        Back::Value(|value| format!("a<{value}>")),
    ),
    (
        "select E'a' -- it's\n  '<$x>'",
        Back::Value(|value| format!("a<{value}>")),
    ),
    ("select E'<${x:sqlstring}>'", Back::Value(framed_literal)),
    ("select E'<${x:identifier}>'", Back::Value(framed_name)),
    ("select E'${x:json}'", Back::Json(json)),
    ("select E'<${listed:csv}>'", Back::Value(framed)),
    ("select E'${listed:regex}'", Back::Structure),
    // Inside "…".
    ("select 1 as \"<$x>\"", Back::Column(framed)),
    (
        "select 1 as \"\"\"$x\"",
        Back::Column(|value| format!("\"{value}")),
    ),
    (
        "select 1 as \"<${x:sqlstring}>\"",
        Back::Column(framed_literal),
    ),
    (
        "select 1 as \"<${x:identifier}>\"",
        Back::Column(framed_name),
    ),
    ("select 1 as \"<${listed:csv}>\"", Back::Column(framed)),
    // Inside dollar quotes; a value that could end them is refused.
    ("select $$<$x>$$", Back::Value(framed)),
    ("select $q$<$x>$q$", Back::Value(framed)),
    ("select $$$x$$", Back::Value(same)),
    ("select $q$$x$q$", Back::Value(same)),
    ("select $q$<${x:sqlstring}>$q$", Back::Value(framed_literal)),
    ("select $q$${x:json}$q$", Back::Json(json)),
    ("select $q$<${listed:csv}>$q$", Back::Value(framed)),
    // Among macros, which must not look into values.
    (
        "select coalesce($x, $__timeFrom(), '$__interval')",
        Back::Value(same),
    ),
    (
        "select '$x' from (select now() as ts) as t where not $__timeFilter(coalesce(ts, ts))",
        Back::Value(same),
    ),
    (
        "select $__unixEpochGroup(length($x), '5m') as v",
        Back::Structure,
    ),
];
