//! The exact colours of each theme.

use crate::model::color::Color;
use crate::model::theme::Theme;

/// Red, green, blue.
pub(super) type Rgb = (u8, u8, u8);

/// One theme. Which contrasts it keeps is in the tests of the room above.
#[derive(Debug)]
pub(super) struct Scheme {
    /// What is behind every cell, and the text on it; none leaves both to the terminal.
    pub ground: Option<(Rgb, Rgb)>,
    /// Text that steps back.
    pub muted: Rgb,
    /// Borders and grid lines.
    pub line: Rgb,
    pub green: Rgb,
    pub yellow: Rgb,
    pub orange: Rgb,
    pub red: Rgb,
    pub blue: Rgb,
    pub cyan: Rgb,
    pub purple: Rgb,
    /// Series where the configuration says no colour, first to last.
    pub series: [Color; 7],
    /// Made for a light background.
    pub is_light: bool,
    /// Nothing steps back, and of sixteen colours the bright half is taken.
    pub is_bold: bool,
    /// Of sixteen colours it takes its own background, too; else the terminal's.
    pub grounds_sixteen: bool,
}

const fn rgb(hex: u32) -> Rgb {
    ((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const ORDER: [Color; 7] = [
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Orange,
    Color::Purple,
    Color::Cyan,
    Color::Red,
];

/// Okabe and Ito's order: neighbours are far apart (<https://jfly.uni-koeln.de/color/>).
const OKABE_ITO: [Color; 7] = [
    Color::Orange,
    Color::Cyan,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Red,
    Color::Purple,
];

/// Yellow last: with sixteen colours it is hard to read on white.
const ON_WHITE: [Color; 7] = [
    Color::Blue,
    Color::Orange,
    Color::Green,
    Color::Purple,
    Color::Cyan,
    Color::Red,
    Color::Yellow,
];

/// No background is set and none is known: middle brightness, readable on black and on white.
const TERMINAL: Scheme = Scheme {
    ground: None,
    muted: rgb(0x008a_8e97),
    line: rgb(0x0066_6b76),
    green: rgb(0x005f_b35b),
    yellow: rgb(0x00d2_a10e),
    orange: rgb(0x00f2_842b),
    red: rgb(0x00f2_495c),
    blue: rgb(0x0057_94f2),
    cyan: rgb(0x0036_aebf),
    purple: rgb(0x00b8_77d9),
    series: ORDER,
    is_light: false,
    is_bold: false,
    grounds_sixteen: false,
};

const TERMINAL_DARK: Scheme = Scheme {
    muted: rgb(0x009a_a0aa),
    line: rgb(0x005f_6672),
    green: rgb(0x006c_c66a),
    yellow: rgb(0x00f0_c93a),
    orange: rgb(0x00ff_9a3c),
    red: rgb(0x00ff_6b76),
    blue: rgb(0x006e_a8ff),
    cyan: rgb(0x003f_c6d6),
    purple: rgb(0x00c7_8ef0),
    ..TERMINAL
};

const TERMINAL_LIGHT: Scheme = Scheme {
    muted: rgb(0x005f_6670),
    line: rgb(0x00a3_a9b3),
    green: rgb(0x001f_7a33),
    yellow: rgb(0x008a_6a00),
    orange: rgb(0x00b0_500a),
    red: rgb(0x00c4_213a),
    blue: rgb(0x001f_5fd0),
    cyan: rgb(0x000b_7583),
    purple: rgb(0x008a_3fb8),
    series: ON_WHITE,
    is_light: true,
    ..TERMINAL
};

const DARK: Scheme = Scheme {
    ground: Some((rgb(0x0011_1217), rgb(0x00d8_d9dd))),
    line: rgb(0x004b_515c),
    grounds_sixteen: true,
    ..TERMINAL_DARK
};

const LIGHT: Scheme = Scheme {
    ground: Some((rgb(0x00ff_ffff), rgb(0x0024_292f))),
    grounds_sixteen: true,
    ..TERMINAL_LIGHT
};

const HIGH_CONTRAST: Scheme = Scheme {
    ground: Some((rgb(0x0000_0000), rgb(0x00ff_ffff))),
    muted: rgb(0x00ff_ffff),
    line: rgb(0x00ff_ffff),
    green: rgb(0x003d_ff5a),
    yellow: rgb(0x00ff_ee00),
    orange: rgb(0x00ff_a64d),
    red: rgb(0x00ff_7f86),
    blue: rgb(0x007f_b8ff),
    cyan: rgb(0x0000_f0ff),
    purple: rgb(0x00ff_9cff),
    series: ORDER,
    is_light: false,
    is_bold: true,
    grounds_sixteen: true,
};

const HIGH_CONTRAST_LIGHT: Scheme = Scheme {
    ground: Some((rgb(0x00ff_ffff), rgb(0x0000_0000))),
    muted: rgb(0x0000_0000),
    line: rgb(0x0000_0000),
    green: rgb(0x0000_5a1e),
    yellow: rgb(0x005c_4600),
    orange: rgb(0x007a_3000),
    red: rgb(0x0099_0019),
    blue: rgb(0x0000_33b8),
    cyan: rgb(0x0000_505c),
    purple: rgb(0x0066_009c),
    series: ON_WHITE,
    is_light: true,
    is_bold: true,
    grounds_sixteen: true,
};

/// Okabe and Ito's colours, red and blue lightened and gray-purple brightened for a dark background.
const COLOUR_BLIND: Scheme = Scheme {
    ground: Some((rgb(0x0010_1114), rgb(0x00dc_dde0))),
    muted: rgb(0x00a2_a7b0),
    line: rgb(0x005f_6672),
    green: rgb(0x001b_b88e),
    yellow: rgb(0x00f0_e442),
    orange: rgb(0x00e6_9f00),
    red: rgb(0x00e8_641b),
    blue: rgb(0x003f_93d6),
    cyan: rgb(0x008f_d0f5),
    purple: rgb(0x00e5_9ac6),
    series: OKABE_ITO,
    is_light: false,
    is_bold: false,
    grounds_sixteen: true,
};

/// The same hues, darkened for white until each pair stays apart.
const COLOUR_BLIND_LIGHT: Scheme = Scheme {
    ground: Some((rgb(0x00ff_ffff), rgb(0x001f_2328))),
    muted: rgb(0x0059_606a),
    line: rgb(0x00a3_a9b3),
    green: rgb(0x0000_785a),
    yellow: rgb(0x0089_7200),
    orange: rgb(0x00c8_810f),
    red: rgb(0x00a8_2108),
    blue: rgb(0x0000_529c),
    cyan: rgb(0x003f_9ad3),
    purple: rgb(0x00c2_5a94),
    series: OKABE_ITO,
    is_light: true,
    is_bold: false,
    grounds_sixteen: true,
};

/// <https://ethanschoonover.com/solarized/>, one step brighter where the original is below 4.5:1. Of sixteen
/// colours it takes what the terminal has: there Solarized is a matter of the terminal.
const SOLARIZED: Scheme = Scheme {
    ground: Some((rgb(0x0000_2b36), rgb(0x0093_a1a1))),
    muted: rgb(0x0083_9496),
    line: rgb(0x0058_6e75),
    green: rgb(0x0093_a800),
    yellow: rgb(0x00c2_9a0e),
    orange: rgb(0x00e0_7020),
    red: rgb(0x00e8_615e),
    blue: rgb(0x003d_9be0),
    cyan: rgb(0x002a_a198),
    purple: rgb(0x00e0_629c),
    series: [
        Color::Blue,
        Color::Yellow,
        Color::Purple,
        Color::Cyan,
        Color::Orange,
        Color::Green,
        Color::Red,
    ],
    is_light: false,
    is_bold: false,
    grounds_sixteen: false,
};

const SOLARIZED_LIGHT: Scheme = Scheme {
    ground: Some((rgb(0x00fd_f6e3), rgb(0x004a_5f66))),
    muted: rgb(0x005c_7178),
    line: rgb(0x00a5_ada4),
    green: rgb(0x0062_7300),
    yellow: rgb(0x0087_6400),
    orange: rgb(0x00b8_420f),
    red: rgb(0x00c4_211f),
    blue: rgb(0x001d_6fae),
    cyan: rgb(0x001a_766f),
    purple: rgb(0x00b8_236c),
    is_light: true,
    ..SOLARIZED
};

impl Scheme {
    /// The scheme of a theme.
    pub fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Terminal => &TERMINAL,
            Theme::TerminalDark => &TERMINAL_DARK,
            Theme::TerminalLight => &TERMINAL_LIGHT,
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
            Theme::HighContrast => &HIGH_CONTRAST,
            Theme::HighContrastLight => &HIGH_CONTRAST_LIGHT,
            Theme::ColourBlind => &COLOUR_BLIND,
            Theme::ColourBlindLight => &COLOUR_BLIND_LIGHT,
            Theme::Solarized => &SOLARIZED,
            Theme::SolarizedLight => &SOLARIZED_LIGHT,
        }
    }

    /// A colour as it is on a terminal that can show every one.
    pub fn exact(&self, color: Color) -> Rgb {
        match color {
            Color::Green => self.green,
            Color::Yellow => self.yellow,
            Color::Orange => self.orange,
            Color::Red => self.red,
            Color::Blue => self.blue,
            Color::Cyan => self.cyan,
            Color::Purple => self.purple,
            Color::Gray => self.muted,
            Color::Text => self.ground.map_or(self.muted, |(_, text)| text),
            Color::Rgb(r, g, b) => (r, g, b),
        }
    }
}
