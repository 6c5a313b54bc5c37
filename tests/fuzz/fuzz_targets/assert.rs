//! Any text as an expression of `kpi assert`: no panic, a mistake that lies in the text, what is written is read
//! again, and what holds is what the tests' second evaluator says. The first byte chooses the numbers.

#![no_main]

#[path = "../../assertions/mod.rs"]
mod assertions;

use assertions::{Fixed, truth_of};
use kpi_dashboard::assertion::{LONGEST, evaluate, parse};
use libfuzzer_sys::fuzz_target;

fn board(seed: u8) -> Fixed {
    let value = |at: u8| match (seed.wrapping_mul(31).wrapping_add(at.wrapping_mul(37))) % 7 {
        0 => None,
        1 => Some(0.0),
        2 => Some(-1.5),
        3 => Some(f64::INFINITY),
        4 => Some(1e300),
        5 => Some(f64::NAN),
        _ => Some(f64::from(at)),
    };
    Fixed::default()
        .with("a", &[value(1)])
        .with("b", &[value(2), value(3), value(4)])
        .with("error-rate", &[value(5), value(6)])
        .with("not", &[])
}

fuzz_target!(|data: &[u8]| {
    let Some((seed, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    match parse(text) {
        Err(wrong) => assert!(text.get(wrong.span).is_some(), "the mistake lies in the text"),
        Ok(expression) => {
            let written = expression.to_string();
            if written.len() <= LONGEST {
                let again = parse(&written).expect("what is written is read again");
                assert_eq!(again.root, expression.root);
            }
            let board = board(*seed);
            assert_eq!(evaluate(&expression, &board).truth, truth_of(&expression, &board));
        }
    }
});
