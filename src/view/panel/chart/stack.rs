//! Series on each other.

/// From where to where each series goes, by series and column: what is above zero on what is above
/// zero before it, what is below under what is below. NaN where a series has a gap. With `percent` in
/// parts of a hundred of the column's sizes.
pub(super) fn stacked(values: &[Vec<f64>], percent: bool) -> Vec<Vec<(f64, f64)>> {
    let columns = values.iter().map(Vec::len).max().unwrap_or(0);
    let mut spans = vec![vec![(f64::NAN, f64::NAN); columns]; values.len()];
    for column in 0..columns {
        let of = |series: &Vec<f64>| series.get(column).copied().unwrap_or(f64::NAN);
        let all: f64 = values
            .iter()
            .map(|series| of(series).abs())
            .filter(|value| value.is_finite())
            .sum();
        let unit = if percent && all > 0.0 {
            100.0 / all
        } else {
            1.0
        };
        let (mut above, mut below) = (0.0, 0.0);
        for (series, spans) in values.iter().zip(&mut spans) {
            let value = of(series) * unit;
            if !value.is_finite() {
                continue;
            }
            let ground = if value >= 0.0 { &mut above } else { &mut below };
            spans[column] = (*ground, *ground + value);
            *ground += value;
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_on_those_before_it() {
        let values = [vec![1.0, f64::NAN], vec![-2.0, 4.0], vec![3.0, 5.0]];
        let spans = stacked(&values, false);
        assert_eq!(spans[0][0], (0.0, 1.0));
        assert_eq!(spans[1], [(0.0, -2.0), (0.0, 4.0)], "below zero goes down");
        assert_eq!(spans[2], [(1.0, 4.0), (4.0, 9.0)]);
        assert!(spans[0][1].0.is_nan());
    }

    #[test]
    fn parts_of_a_hundred_add_up() {
        let spans = stacked(&[vec![1.0, 0.0], vec![3.0, 0.0]], true);
        assert_eq!(spans[0][0], (0.0, 25.0));
        assert_eq!(spans[1][0], (25.0, 100.0));
        assert_eq!(spans[1][1], (0.0, 0.0), "of nothing, nothing");
    }
}
