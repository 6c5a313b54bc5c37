use super::*;
use crate::config::dashboard::SourceSpot;
use crate::model::rowset::{Column, ColumnKind};

fn variable(name: &str, kind: VariableKind) -> Variable {
    Variable {
        name: name.to_owned(),
        label: name.to_owned(),
        kind,
        is_multi: false,
        has_all: false,
        all_value: None,
        default: None,
        is_hidden: false,
        sql_at: SourceSpot::default(),
    }
}

fn query(name: &str, sql: &str) -> Variable {
    let sql = sql.to_owned();
    variable(
        name,
        VariableKind::Query {
            sql,
            on_range: false,
        },
    )
}

fn column(name: &str, values: &[Option<&str>]) -> Column {
    let value = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.into()));
    Column {
        name: name.to_owned(),
        type_name: "text".to_owned(),
        kind: ColumnKind::Text,
        values: values.iter().copied().map(value).collect(),
    }
}

fn rows(columns: Vec<Column>) -> Rowset {
    Rowset {
        columns,
        truncated: false,
    }
}

fn pairs(choices: &[Choice]) -> Vec<(&str, &str)> {
    choices
        .iter()
        .map(|choice| (choice.text.as_str(), choice.value.as_str()))
        .collect()
}

fn values(value: &VariableValue) -> Vec<&str> {
    value
        .chosen
        .iter()
        .map(|choice| choice.value.as_str())
        .collect()
}

fn abc() -> Vec<Choice> {
    ["a", "b", "c"].map(Choice::of).to_vec()
}

fn chose(values: &[&str]) -> Chosen {
    Chosen::Values(values.iter().map(|&value| value.to_owned()).collect())
}

#[test]
fn a_query_with_texts_and_values_lists_pairs() {
    let answer = rows(vec![
        column(
            "__value",
            &[Some("1"), Some("2"), Some("1"), None, Some("3")],
        ),
        column("note", &[Some("x"); 5]),
        column(
            "__text",
            &[Some("one"), Some("two"), Some("uno"), Some("none"), None],
        ),
    ]);
    let listed = choices(&answer).unwrap();
    assert_eq!(pairs(&listed), [("one", "1"), ("two", "2"), ("3", "3")]);
}

#[test]
fn any_other_query_lists_every_value_of_every_column_once() {
    let answer = rows(vec![
        column("a", &[Some("x"), None, Some("y")]),
        column("__value", &[Some("y"), Some("z"), Some("x")]),
    ]);
    let listed = choices(&answer).unwrap();
    assert_eq!(pairs(&listed), [("x", "x"), ("y", "y"), ("z", "z")]);
    assert_eq!(choices(&rows(Vec::new())), Ok(Vec::new()));
}

#[test]
fn more_values_than_anybody_can_choose_from_are_refused() {
    let many: Vec<Value> = (0..=10_000).map(Value::Int).collect();
    let with = |values: Vec<Value>| {
        rows(vec![Column {
            values,
            ..column("n", &[])
        }])
    };
    assert_eq!(choices(&with(many[1..].to_vec())).unwrap().len(), 10_000);
    let failure = choices(&with(many)).unwrap_err();
    assert!(failure.summary.contains("10,000"), "{failure:?}");
    let mut cut = with(vec![Value::Int(1)]);
    cut.truncated = true;
    assert!(choices(&cut).is_err());
}

#[test]
fn nothing_chosen_is_the_default_else_the_first() {
    let mut region = variable("region", VariableKind::List(abc()));
    assert_eq!(values(&value_of(&region, &abc(), None)), ["a"]);
    region.default = Some(chose(&["b"]));
    let value = value_of(&region, &abc(), None);
    assert_eq!(values(&value), ["b"]);
    assert!(value.is_listed && !value.is_list && !value.is_all);
    assert_eq!(values(&value_of(&region, &abc(), Some(&chose(&[])))), ["b"]);
    assert_eq!(
        values(&value_of(&region, &[], None)),
        [""; 0],
        "no choices yet"
    );
    let mars = chose(&["mars"]);
    assert_eq!(values(&value_of(&region, &abc(), Some(&mars))), ["b"]);
    region.has_all = true;
    region.default = Some(Chosen::All);
    assert!(value_of(&region, &abc(), Some(&mars)).is_all);
}

#[test]
fn a_value_that_is_gone_gives_way_to_the_first_and_all_stays_all() {
    let mut region = query("region", "select 1");
    region.has_all = true;
    region.is_multi = true;
    region.all_value = Some("true".to_owned());
    let value = |chosen: &Chosen| value_of(&region, &abc(), Some(chosen));
    assert_eq!(values(&value(&chose(&["gone"]))), ["a"]);
    assert_eq!(values(&value(&chose(&["c", "gone", "a", "c"]))), ["c", "a"]);
    let all = value(&Chosen::All);
    assert!(all.is_all && all.is_list);
    assert_eq!(values(&all), ["a", "b", "c"]);
    assert_eq!(all.all_value.as_deref(), Some("true"));
    assert!(value_of(&region, &[], Some(&Chosen::All)).is_all);
}

#[test]
fn all_and_several_need_to_be_allowed() {
    let region = query("region", "select 1");
    let all = value_of(&region, &abc(), Some(&Chosen::All));
    assert_eq!((values(&all), all.is_all), (vec!["a"], false));
    let several = value_of(&region, &abc(), Some(&chose(&["b", "c"])));
    assert_eq!(values(&several), ["b"]);
}

#[test]
fn a_choice_may_be_named_by_its_text() {
    let eu = Choice {
        text: "Europe".to_owned(),
        value: "eu".to_owned(),
    };
    let odd = Choice {
        text: "eu".to_owned(),
        value: "x".to_owned(),
    };
    let region = query("region", "select 1");
    let choices = [odd, eu];
    let value = |name| values(&value_of(&region, &choices, Some(&chose(&[name])))).concat();
    assert_eq!(value("Europe"), "eu");
    assert_eq!(value("eu"), "eu", "a value goes before a text");
}

#[test]
fn what_is_typed_is_not_listed_and_a_constant_cannot_be_changed() {
    let mut search = variable("search", VariableKind::Text);
    let typed = value_of(&search, &[], Some(&chose(&["it's"])));
    assert_eq!((values(&typed), typed.is_listed), (vec!["it's"], false));
    assert_eq!(values(&value_of(&search, &[], None)), [""]);
    search.default = Some(chose(&["x"]));
    assert_eq!(values(&value_of(&search, &[], None)), ["x"]);
    let fixed = variable("fixed", VariableKind::Constant("k".to_owned()));
    let value = value_of(&fixed, &[], Some(&chose(&["other"])));
    assert_eq!((values(&value), value.is_listed), (vec!["k"], true));
}

#[test]
fn titles_show_texts() {
    let value = |name: &str, texts: &[&str], is_all| VariableValue {
        name: name.to_owned(),
        chosen: texts
            .iter()
            .map(|text| Choice {
                text: (*text).to_owned(),
                value: "v".to_owned(),
            })
            .collect(),
        is_all,
        ..VariableValue::default()
    };
    let values = [
        value("region", &["Europe", "Asia"], false),
        value("shop", &["1", "2"], true),
        value("none", &[], false),
    ];
    assert_eq!(
        title(
            "Orders, ${region}: $shop [[region:csv]] $other$none $",
            &values
        ),
        "Orders, Europe, Asia: All Europe, Asia $other $"
    );
    assert_eq!(title("$regions", &values), "$regions");
}

#[test]
fn a_variable_comes_after_those_its_query_uses() {
    let variables = [
        query("city", "select city from t where country = $country"),
        query("country", "select country from t where region in ($region)"),
        query("free", "select 1"),
        variable("region", VariableKind::Text),
    ];
    assert_eq!(order(&variables), [2, 3, 1, 0]);
    let cycle = [query("a", "$b"), query("b", "$a"), query("c", "1")];
    assert_eq!(order(&cycle), [2, 0, 1], "ends all the same");
}

#[test]
fn a_text_says_which_variables_it_uses() {
    let names = ["a", "b", "ab"];
    assert_eq!(used("${b:csv} $ab [[b]] $nope", &names), [1, 2]);
    assert_eq!(used("nothing", &names), [0; 0]);
}
