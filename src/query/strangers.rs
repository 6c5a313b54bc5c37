//! Names in a statement that nobody knows: misspelt variables.

use super::position::failure_at;
use super::{Context, SourcePosition, variables};
use crate::model::panel_data::Failure;
use crate::model::reference::{is_variable_name, reference_at};

/// How near a name has to be (Jaro–Winkler) to be what somebody meant.
const NEAR: f64 = 0.8;

/// What is wrong with names that `template` uses and `context` has no variable of. First what cannot be: a
/// `$name` in plain SQL, which no statement has. Then what may be: one in quotes, where a `$` may mean just
/// that; only names near a variable's are told.
///
/// `$1`, `$$`, `$tag$`, comments and names that begin with `__` are left alone.
pub fn strangers(template: &str, context: &Context<'_>) -> (Vec<Failure>, Vec<Failure>) {
    let names = context.variables.iter().map(|value| value.name.as_str());
    let names: Vec<&str> = names.collect();
    let (mut wrong, mut doubtful) = (Vec::new(), Vec::new());
    for stranger in variables::strangers(template, context) {
        let failure = || failure_at(template, stranger.at, &no_variable(stranger.name, &names));
        if !stranger.is_quoted {
            wrong.push(failure());
        } else if nearest(stranger.name, &names).is_some() {
            doubtful.push(failure());
        }
    }
    (wrong, doubtful)
}

/// Where a server refused a statement at a `$name` or `${name}` that none of `names` is: what to say of it.
pub fn no_variable_at(place: &SourcePosition, names: &[&str]) -> Option<String> {
    let line = &place.line_text;
    let (at, _) = line.char_indices().nth(place.column.checked_sub(1)?)?;
    let name = reference_at(line, at)
        .filter(|_| line[at..].starts_with('$'))?
        .name;
    (is_variable_name(name) && !names.contains(&name)).then(|| no_variable(name, names))
}

/// `name` is none of `names`, which are all there are.
pub fn no_variable(name: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return format!("there is no variable `{name}`: this dashboard has none");
    }
    let meant = nearest(name, names);
    let meant = meant.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!(
        "there is no variable `{name}`; there is: {}{meant}",
        names.join(", ")
    )
}

fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let scored = names.iter().map(|known| {
        let score = strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase());
        (score, *known)
    });
    scored
        .filter(|(score, _)| *score > NEAR)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::{Moment, TimeWindow};
    use crate::model::variable::VariableValue;

    /// The summaries of what is wrong, and of what may be.
    fn told(template: &str) -> (Vec<String>, Vec<String>) {
        let named = |name: &str| VariableValue {
            name: name.to_owned(),
            ..VariableValue::default()
        };
        let context = Context {
            window: TimeWindow {
                from: Moment(0),
                to: Moment(1),
            },
            interval: 1_000_000,
            schema: "public",
            time_zone: "UTC",
            variables: &[named("region"), named("plan")],
        };
        let (wrong, doubtful) = strangers(template, &context);
        let words = |all: Vec<Failure>| all.into_iter().map(|one| one.summary).collect();
        (words(wrong), words(doubtful))
    }

    #[test]
    fn a_misspelt_variable_is_named_with_those_there_are() {
        for (template, expected) in [
            (
                "select $regoin as v",
                "there is no variable `regoin`; there is: region, plan; did you mean `region`? (line 1, column 8)",
            ),
            (
                "select 1,\n ${nope}",
                "there is no variable `nope`; there is: region, plan (line 2, column 2)",
            ),
        ] {
            let (wrong, doubtful) = told(template);
            assert_eq!(wrong, [expected], "{template}");
            assert!(doubtful.is_empty(), "{template}");
        }
        assert_eq!(
            no_variable("x", &[]),
            "there is no variable `x`: this dashboard has none"
        );
    }

    #[test]
    fn in_quotes_only_a_near_name_is_told() {
        let (wrong, doubtful) = told("select '$regoin $5 $nope', \"$plans\"");
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(doubtful.len(), 2, "{doubtful:?}");
        assert!(doubtful[0].contains("`region`?") && doubtful[1].contains("`plan`?"));
    }

    #[test]
    fn what_means_something_else_is_left_alone() {
        for template in [
            "select $1, a$b, $$ $nope $$, $tag$ ${nope} $tag$, $$x$$",
            "select 1 -- $nope\n, 2 /* ${nope} */",
            "select $region, ${plan:csv}, $__interval, ${__from:date}, $__timeFilter(ts)",
            "do $regoin$ begin end $regoin$",
        ] {
            assert_eq!(told(template), (Vec::new(), Vec::new()), "{template}");
        }
    }

    #[test]
    fn a_refused_place_is_a_variable_only_where_one_is_named() {
        let at = |text: &str, column| {
            let place = SourcePosition {
                line: 1,
                column,
                line_text: text.to_owned(),
            };
            no_variable_at(&place, &["region"])
        };
        assert!(at("select 'ü', $regoin", 13).unwrap().contains("`region`?"));
        assert!(at("select ${nope}", 8).unwrap().contains("`nope`"));
        for (text, column) in [
            ("select $1", 8),
            ("select $region", 8),
            ("select from", 8),
            ("x", 9),
        ] {
            assert_eq!(at(text, column), None, "{text}");
        }
    }
}
