//! What PostgreSQL expects of a statement: its plan, as far as somebody who judges the statement cares.
//!
//! Read from `EXPLAIN (VERBOSE, FORMAT JSON)`; names of nodes and properties are those of PostgreSQL's
//! `explain.c`. Costs are the planner's own unit: 1 is about one page read in sequence.

use serde_json::Value;

/// Nodes of one plan that are looked at; a plan of more is that of no panel.
const MOST_NODES: usize = 100_000;

/// A plan in short.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// What running it to its end costs, in the planner's unit.
    pub cost: f64,
    /// Rows it gives.
    pub rows: f64,
    /// The tables it reads; one that is read twice stands here twice.
    pub tables: Vec<TableRead>,
    /// What it does besides reading, in a word of SQL: `insert`, `update`, `delete`, `merge`, `select for update`.
    pub writes: Option<String>,
}

/// How a plan reads a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRead {
    /// Its schema; empty for a temporary table's.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// From its first page to its last.
    pub is_sequential: bool,
    /// Rows that come out of it, filtered.
    pub rows: f64,
    /// How much of it is read before a `limit` above has enough: 0 to 1.
    pub share: f64,
}

impl TableRead {
    /// The table as SQL names it.
    pub fn qualified(&self) -> String {
        if self.schema.is_empty() {
            self.name.clone()
        } else {
            format!("{}.{}", self.schema, self.name)
        }
    }
}

/// Reads the JSON of `EXPLAIN`; none where it is no plan.
pub fn parse(json: &str) -> Option<Estimate> {
    let document: Value = serde_json::from_str(json).ok()?;
    let root = document.get(0)?.get("Plan")?;
    let mut estimate = Estimate {
        cost: number(root, "Total Cost")?,
        rows: number(root, "Plan Rows").unwrap_or(0.0),
        ..Estimate::default()
    };
    let mut open = vec![(root, 1.0)];
    let mut seen = 0;
    while let Some((node, share)) = open.pop() {
        seen += 1;
        if seen > MOST_NODES {
            return None;
        }
        estimate.look_at(node, share);
        let inner = share * share_below(node);
        let below = node.get("Plans").and_then(Value::as_array);
        open.extend(below.into_iter().flatten().rev().map(|node| (node, inner)));
    }
    Some(estimate)
}

impl Estimate {
    fn look_at(&mut self, node: &Value, share: f64) {
        let text = |name: &str| node.get(name).and_then(Value::as_str).unwrap_or_default();
        match text("Node Type") {
            "ModifyTable" => self.writes = Some(text("Operation").to_lowercase()),
            "LockRows" => {
                let writes = || "select for update".to_owned();
                self.writes.get_or_insert_with(writes);
            }
            _ => {}
        }
        let name = text("Relation Name");
        if name.is_empty() || text("Node Type") == "ModifyTable" {
            return;
        }
        self.tables.push(TableRead {
            schema: text("Schema").to_owned(),
            name: name.to_owned(),
            is_sequential: text("Node Type") == "Seq Scan",
            rows: number(node, "Plan Rows").unwrap_or(0.0),
            share,
        });
    }
}

/// A `limit` stops what is below it: its cost is that much smaller.
fn share_below(node: &Value) -> f64 {
    let is_limit = node.get("Node Type").and_then(Value::as_str) == Some("Limit");
    let below = node
        .get("Plans")
        .and_then(|plans| number(plans.get(0)?, "Total Cost"));
    match (is_limit, number(node, "Total Cost"), below) {
        (true, Some(cut), Some(whole)) if whole > 0.0 => (cut / whole).clamp(0.0, 1.0),
        _ => 1.0,
    }
}

fn number(node: &Value, name: &str) -> Option<f64> {
    node.get(name)?.as_f64().filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_its_tables_and_a_limit_cuts_what_is_below_it() {
        let plan = r#"[{"Plan": {"Node Type": "Limit", "Total Cost": 2.5, "Plan Rows": 10, "Plans": [
            {"Node Type": "Seq Scan", "Relation Name": "orders", "Schema": "test", "Alias": "o",
             "Total Cost": 250.0, "Plan Rows": 1000}]}}]"#;
        let estimate = parse(plan).unwrap();
        assert_eq!((estimate.cost, estimate.rows), (2.5, 10.0));
        let [table] = estimate.tables.as_slice() else {
            panic!("{estimate:?}");
        };
        assert_eq!(table.qualified(), "test.orders");
        assert!(table.is_sequential);
        assert_eq!((table.rows, table.share), (1000.0, 0.01));
        assert_eq!(estimate.writes, None);
    }

    #[test]
    fn writing_shows_wherever_it_stands() {
        let plan = r#"[{"Plan": {"Node Type": "CTE Scan", "Total Cost": 1, "Plans": [
            {"Node Type": "ModifyTable", "Operation": "Delete", "Relation Name": "orders", "Schema": "kpi"}]}}]"#;
        let estimate = parse(plan).unwrap();
        assert_eq!(estimate.writes.as_deref(), Some("delete"));
        assert_eq!(estimate.tables, []);
    }

    #[test]
    fn what_is_no_plan_is_none() {
        for text in [
            "",
            "[]",
            "{}",
            "[{\"Plan\": {}}]",
            "[{\"Plan\": 1}]",
            "null",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
