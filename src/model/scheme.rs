//! Colour scales: from little to much.

/// A scale of colours. Dark stands for little, light for much; the names are Grafana's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Purple, green, yellow: even steps, also for eyes that do not tell red from green.
    #[default]
    Viridis,
    /// Purple, red, cream.
    Magma,
    /// A rainbow.
    Turbo,
    /// One hue.
    Blues,
    /// One hue.
    Greens,
    /// One hue.
    Oranges,
    /// One hue.
    Reds,
    /// One hue.
    Purples,
}

impl Scheme {
    /// All of them, in the order the documentation lists them.
    pub const ALL: [Self; 8] = [
        Self::Viridis,
        Self::Magma,
        Self::Turbo,
        Self::Blues,
        Self::Greens,
        Self::Oranges,
        Self::Reds,
        Self::Purples,
    ];

    /// The name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viridis => "viridis",
            Self::Magma => "magma",
            Self::Turbo => "turbo",
            Self::Blues => "blues",
            Self::Greens => "greens",
            Self::Oranges => "oranges",
            Self::Reds => "reds",
            Self::Purples => "purples",
        }
    }

    /// Colours at even distances: matplotlib's, Google's (turbo) and `ColorBrewer`'s.
    fn stops(self) -> &'static [u32] {
        match self {
            Self::Viridis => &[
                0x47_2d7b, 0x3b_528b, 0x2c_728e, 0x21_918c, 0x28_ae80, 0x5e_c962, 0xad_dc30,
                0xfd_e725,
            ],
            Self::Magma => &[
                0x44_0f76, 0x72_1f81, 0x9e_2f7f, 0xcd_4071, 0xf1_605d, 0xfd_9668, 0xfe_ca8d,
                0xfc_fdbf,
            ],
            Self::Turbo => &[
                0x41_45ab, 0x46_75ed, 0x39_a2fc, 0x1b_cfd4, 0x24_eca6, 0x61_fc6c, 0xa4_fc3b,
                0xd1_e834, 0xf3_c63a, 0xfe_9b2d, 0xf3_6315, 0xd9_3806,
            ],
            Self::Blues => &[
                0x08_306b, 0x08_519c, 0x21_71b5, 0x42_92c6, 0x6b_aed6, 0x9e_cae1,
            ],
            Self::Greens => &[
                0x00_441b, 0x00_6d2c, 0x23_8b45, 0x41_ab5d, 0x74_c476, 0xa1_d99b,
            ],
            Self::Oranges => &[
                0x7f_2704, 0xa6_3603, 0xd9_4801, 0xf1_6913, 0xfd_8d3c, 0xfd_ae6b,
            ],
            Self::Reds => &[
                0x67_000d, 0xa5_0f15, 0xcb_181d, 0xef_3b2c, 0xfb_6a4a, 0xfc_9272,
            ],
            Self::Purples => &[
                0x3f_007d, 0x54_278f, 0x6a_51a3, 0x80_7dba, 0x9e_9ac8, 0xbc_bddc,
            ],
        }
    }

    /// Red, green and blue at `part` (0 is little, 1 is much).
    pub fn at(self, part: f64) -> (u8, u8, u8) {
        let stops = self.stops();
        let last = stops.len() - 1;
        let place = if part.is_nan() {
            0.0
        } else {
            part.clamp(0.0, 1.0)
        } * last as f64;
        let left = (place.floor() as usize).min(last.saturating_sub(1));
        let rest = place - left as f64;
        let mix = |shift: u32| {
            let channel = |color: u32| f64::from((color >> shift) & 0xff);
            let (from, to) = (channel(stops[left]), channel(stops[left + 1]));
            (from + (to - from) * rest).round() as u8
        };
        (mix(16), mix(8), mix(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_begins_and_ends_with_its_colours_and_stays_within_them() {
        assert_eq!(Scheme::Viridis.at(0.0), (0x47, 0x2d, 0x7b));
        assert_eq!(Scheme::Viridis.at(1.0), (0xfd, 0xe7, 0x25));
        for scheme in Scheme::ALL {
            assert_eq!(scheme.at(-1.0), scheme.at(0.0));
            assert_eq!(scheme.at(f64::NAN), scheme.at(0.0));
            assert_eq!(scheme.at(7.0), scheme.at(1.0));
        }
    }

    #[test]
    fn scales_of_one_hue_grow_brighter() {
        let light = |(r, g, b): (u8, u8, u8)| {
            0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
        };
        for scheme in Scheme::ALL
            .into_iter()
            .filter(|scheme| *scheme != Scheme::Turbo)
        {
            for step in 0..20 {
                let [left, right] =
                    [step, step + 1].map(|at| light(scheme.at(f64::from(at) / 20.0)));
                assert!(left < right, "{scheme:?} at {step}");
            }
        }
    }
}
