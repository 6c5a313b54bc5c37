//! Numbers as shares of their sum.

/// One share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Which of the numbers; none for the rest that is counted as one.
    pub index: Option<usize>,
    /// The number, or the rest's sum.
    pub value: f64,
    /// Its part of the whole, 0 to 1.
    pub part: f64,
    /// The same in tenths of a percent, rounded so that those of all shares add up to 1000.
    pub tenths: u16,
}

/// A whole and its shares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shares {
    /// The greatest first, the rest last.
    pub shares: Vec<Share>,
    /// How many numbers the rest is made of.
    pub rest: usize,
    /// The sum of all that have a share; the greatest finite number where it would be beyond.
    pub total: f64,
    /// How many numbers are below zero: a part of a whole cannot be, so they have no share.
    pub negative: usize,
}

/// The shares of `values`, in at most `most` parts (at least one): where there are more, the smallest
/// become one rest. What is zero, below zero or not finite has no share.
pub fn shares(values: impl Iterator<Item = f64>, most: usize) -> Shares {
    let mut negative = 0;
    let mut positive: Vec<(usize, f64)> = Vec::new();
    for (index, value) in values.enumerate() {
        if value.is_finite() && value > 0.0 {
            positive.push((index, value));
        } else if value < 0.0 {
            negative += 1;
        }
    }
    let most = most.max(1);
    let kept = if positive.len() > most {
        most - 1
    } else {
        positive.len()
    };
    // The greatest first; of equal ones the earlier.
    let order = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if kept < positive.len() {
        positive.select_nth_unstable_by(kept, order);
    }
    positive[..kept].sort_unstable_by(order);
    // In units of the greatest, so that neither huge nor tiny numbers are lost in the sum.
    let greatest = positive
        .iter()
        .fold(0.0, |most: f64, (_, value)| most.max(*value));
    let whole: f64 = positive.iter().map(|(_, value)| value / greatest).sum();
    let part = |value: f64| value / greatest / whole;
    let sum = |scaled: f64| (scaled * greatest).min(f64::MAX);
    let (first, rest) = positive.split_at(kept);
    let mut shares: Vec<Share> = first
        .iter()
        .map(|(index, value)| Share {
            index: Some(*index),
            value: *value,
            part: part(*value),
            tenths: 0,
        })
        .collect();
    if !rest.is_empty() {
        let scaled: f64 = rest.iter().map(|(_, value)| value / greatest).sum();
        shares.push(Share {
            index: None,
            value: sum(scaled),
            part: scaled / whole,
            tenths: 0,
        });
    }
    round(&mut shares);
    Shares {
        shares,
        rest: rest.len(),
        total: sum(whole),
        negative,
    }
}

/// The largest remainder method: every part is rounded down, and what is missing goes to those that
/// lost most.
fn round(shares: &mut [Share]) {
    let mut lost: Vec<(usize, f64)> = Vec::with_capacity(shares.len());
    let mut left = 1000_u16;
    for (index, share) in shares.iter_mut().enumerate() {
        let exact = share.part * 1000.0;
        share.tenths = (exact.floor() as u16).min(left);
        left -= share.tenths;
        lost.push((index, exact - f64::from(share.tenths)));
    }
    lost.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (index, _) in lost.into_iter().cycle().take(usize::from(left)) {
        shares[index].tenths += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_smallest_become_the_rest() {
        let all = shares([1.0, 5.0, f64::NAN, 3.0, 0.0, -7.0, 1.0].into_iter(), 3);
        let seen: Vec<_> = all.shares.iter().map(|s| (s.index, s.value)).collect();
        assert_eq!(seen, [(Some(1), 5.0), (Some(3), 3.0), (None, 2.0)]);
        assert_eq!((all.rest, all.negative), (2, 1));
        assert!((all.total - 10.0).abs() < 1e-12);
        assert_eq!(
            all.shares.iter().map(|s| s.tenths).collect::<Vec<_>>(),
            [500, 300, 200]
        );
    }

    #[test]
    fn the_sum_of_huge_numbers_is_a_number() {
        let all = shares([f64::MAX; 3].into_iter(), 2);
        let seen: Vec<_> = all.shares.iter().map(|s| (s.value, s.tenths)).collect();
        assert_eq!(seen, [(f64::MAX, 333), (f64::MAX, 667)]);
        assert_eq!(all.total, f64::MAX);
    }

    #[test]
    fn thirds_add_up() {
        let all = shares([1.0, 1.0, 1.0].into_iter(), 9);
        assert_eq!(
            all.shares.iter().map(|s| s.tenths).collect::<Vec<_>>(),
            [334, 333, 333]
        );
    }

    proptest! {
        #[test]
        fn tenths_always_add_up(values in prop::collection::vec(any::<f64>(), 0..40), most in 0..12_usize) {
            let all = shares(values.iter().copied(), most);
            let sum: u32 = all.shares.iter().map(|share| u32::from(share.tenths)).sum();
            prop_assert_eq!(sum, if all.shares.is_empty() { 0 } else { 1000 });
            prop_assert!(all.shares.len() <= most.max(1));
            for share in &all.shares {
                prop_assert!((share.part * 1000.0 - f64::from(share.tenths)).abs() <= 1.0);
            }
        }
    }
}
