//! Colour names to what a terminal of a given depth shows. The only place that names ratatui colours.
//!
//! No background is ever set, so the exact colours are of middle brightness: they must be readable
//! on black and on white. With sixteen colours the terminal's own theme decides.

use ratatui::style::{Color as Cell, Modifier, Style};

use super::look::{Depth, Glyphs, Look};
use crate::model::color::Color;

/// Red, green, blue.
type Rgb = (u8, u8, u8);

const GREEN: Rgb = (0x5f, 0xb3, 0x5b);
const YELLOW: Rgb = (0xd2, 0xa1, 0x0e);
const ORANGE: Rgb = (0xf2, 0x84, 0x2b);
const RED: Rgb = (0xf2, 0x49, 0x5c);
const BLUE: Rgb = (0x57, 0x94, 0xf2);
const CYAN: Rgb = (0x36, 0xae, 0xbf);
const PURPLE: Rgb = (0xb8, 0x77, 0xd9);
const GRAY: Rgb = (0x8a, 0x8e, 0x97);
const LINE: Rgb = (0x66, 0x6b, 0x76);

/// What a piece of the screen is, so that its style is decided in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Less important text: axes, labels, ages.
    Muted,
    /// Panel borders and grid lines.
    Border,
    /// The focused panel's border.
    FocusedBorder,
    /// Panel titles.
    Title,
    /// The header and status line.
    Chrome,
    /// A table's head.
    TableHead,
    /// The selected row.
    Selected,
    /// Something failed.
    Bad,
    /// Something wants attention.
    Warning,
    /// Something is fine.
    Good,
}

/// The style of a role.
pub fn role(role: Role, look: Look) -> Style {
    match role {
        Role::Text => Style::new(),
        Role::Chrome | Role::Muted => quiet(GRAY, look),
        Role::Border => quiet(LINE, look),
        Role::FocusedBorder => match look.depth {
            Depth::None => Style::new().add_modifier(Modifier::BOLD),
            _ => color(Color::Blue, look),
        },
        Role::Title => Style::new().add_modifier(Modifier::BOLD),
        Role::TableHead => quiet(GRAY, look).add_modifier(Modifier::BOLD),
        Role::Selected => Style::new().add_modifier(Modifier::REVERSED),
        Role::Bad => color(Color::Red, look).add_modifier(Modifier::BOLD),
        Role::Warning => color(Color::Yellow, look),
        Role::Good => color(Color::Green, look),
    }
}

/// The style of a configured colour.
pub fn color(color: Color, look: Look) -> Style {
    match (color, look.depth) {
        (_, Depth::None) | (Color::Text, _) => Style::new(),
        (Color::Gray, _) => quiet(GRAY, look),
        (_, Depth::Ansi16) => Style::new().fg(sixteen(color)),
        (_, Depth::Ansi256) => Style::new().fg(Cell::Indexed(nearest_of_256(exact(color)))),
        (_, Depth::True) => {
            let (r, g, b) = exact(color);
            Style::new().fg(Cell::Rgb(r, g, b))
        }
    }
}

/// The colour of the `index`-th series where the configuration says none.
pub fn series(index: usize, look: Look) -> Style {
    const ORDER: [Color; 7] = [
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Orange,
        Color::Purple,
        Color::Cyan,
        Color::Red,
    ];
    color(ORDER[index % ORDER.len()], look)
}

/// The sign that goes with a threshold colour, so that colour is never the only one: `✔ ▲ ✖`, or `+ ! x`.
/// Colours without an opinion have none.
pub fn sign(color: Color, look: Look) -> &'static str {
    let ascii = look.glyphs == Glyphs::Ascii;
    match family(color) {
        Color::Green if ascii => "+",
        Color::Green => "✔",
        Color::Yellow | Color::Orange if ascii => "!",
        Color::Yellow | Color::Orange => "▲",
        Color::Red if ascii => "x",
        Color::Red => "✖",
        _ => "",
    }
}

/// A style that steps back: an exact gray where there is one, else the terminal's faint text (its
/// sixteen grays are not to be trusted: in some themes "bright black" is the background).
fn quiet(gray: Rgb, look: Look) -> Style {
    match look.depth {
        Depth::None | Depth::Ansi16 => Style::new().add_modifier(Modifier::DIM),
        Depth::Ansi256 => Style::new().fg(Cell::Indexed(nearest_of_256(gray))),
        Depth::True => Style::new().fg(Cell::Rgb(gray.0, gray.1, gray.2)),
    }
}

fn exact(color: Color) -> Rgb {
    match color {
        Color::Green => GREEN,
        Color::Yellow => YELLOW,
        Color::Orange => ORANGE,
        Color::Red => RED,
        Color::Blue => BLUE,
        Color::Cyan => CYAN,
        Color::Purple => PURPLE,
        Color::Gray | Color::Text => GRAY,
        Color::Rgb(r, g, b) => (r, g, b),
    }
}

/// The named colour an exact one looks like: by hue, because distance in RGB turns muted colours gray.
fn family(color: Color) -> Color {
    let Color::Rgb(r, g, b) = color else {
        return color;
    };
    let (red, green, blue) = (f64::from(r), f64::from(g), f64::from(b));
    let high = red.max(green).max(blue);
    let spread = high - red.min(green).min(blue);
    if high < 1.0 || spread / high < 0.15 {
        return if (64..=192).contains(&r) {
            Color::Gray
        } else {
            Color::Text
        };
    }
    let sixth = if high == red {
        (green - blue) / spread
    } else if high == green {
        2.0 + (blue - red) / spread
    } else {
        4.0 + (red - green) / spread
    };
    match (sixth * 60.0).rem_euclid(360.0) {
        hue if hue < 18.0 => Color::Red,
        hue if hue < 42.0 => Color::Orange,
        hue if hue < 68.0 => Color::Yellow,
        hue if hue < 165.0 => Color::Green,
        hue if hue < 200.0 => Color::Cyan,
        hue if hue < 255.0 => Color::Blue,
        hue if hue < 335.0 => Color::Purple,
        _ => Color::Red,
    }
}

fn sixteen(color: Color) -> Cell {
    match family(color) {
        Color::Green => Cell::Green,
        Color::Yellow => Cell::Yellow,
        Color::Orange => Cell::LightRed,
        Color::Red => Cell::Red,
        // Plain blue on black cannot be read in the usual themes.
        Color::Blue => Cell::LightBlue,
        Color::Cyan => Cell::Cyan,
        Color::Purple => Cell::Magenta,
        Color::Gray => Cell::DarkGray,
        Color::Text | Color::Rgb(..) => Cell::Reset,
    }
}

/// The nearest of xterm's 6×6×6 cube (16–231) and gray ramp (232–255).
fn nearest_of_256((r, g, b): Rgb) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |(x, y, z): Rgb| -> u32 {
        [(x, r), (y, g), (z, b)]
            .into_iter()
            .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
            .sum()
    };
    let level = |value: u8| -> usize {
        (0..LEVELS.len())
            .min_by_key(|&index| LEVELS[index].abs_diff(value))
            .unwrap_or(0)
    };
    let (red, green, blue) = (level(r), level(g), level(b));
    let cube = (LEVELS[red], LEVELS[green], LEVELS[blue]);
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let step = (mean.saturating_sub(3) / 10).min(23) as u8;
    let gray = 8 + 10 * step;
    if distance((gray, gray, gray)) < distance(cube) {
        232 + step
    } else {
        (16 + 36 * red + 6 * green + blue) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMED: [Color; 7] = [
        Color::Green,
        Color::Yellow,
        Color::Orange,
        Color::Red,
        Color::Blue,
        Color::Cyan,
        Color::Purple,
    ];

    fn look(depth: Depth) -> Look {
        Look {
            depth,
            glyphs: Glyphs::Braille,
            theme: crate::ui::Theme::Terminal,
        }
    }

    /// WCAG 2.1's relative luminance.
    fn luminance((r, g, b): Rgb) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    #[test]
    fn exact_colours_are_readable_on_black_and_on_white() {
        let all = NAMED.map(exact);
        for rgb in all.into_iter().chain([GRAY, LINE]) {
            let light = luminance(rgb);
            let (on_white, on_black) = (1.05 / (light + 0.05), (light + 0.05) / 0.05);
            assert!(on_white >= 2.25, "{rgb:?} on white: {on_white:.2}");
            assert!(on_black >= 3.5, "{rgb:?} on black: {on_black:.2}");
        }
    }

    #[test]
    fn no_color_means_no_colour_at_all() {
        let roles = [
            Role::Text,
            Role::Muted,
            Role::Border,
            Role::FocusedBorder,
            Role::Title,
            Role::Chrome,
            Role::TableHead,
            Role::Selected,
            Role::Bad,
            Role::Warning,
            Role::Good,
        ];
        for style in roles
            .map(|name| role(name, look(Depth::None)))
            .into_iter()
            .chain(NAMED.map(|name| color(name, look(Depth::None))))
            .chain((0..9).map(|index| series(index, look(Depth::None))))
        {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }

    #[test]
    fn no_depth_sets_a_background() {
        for depth in [Depth::Ansi16, Depth::Ansi256, Depth::True] {
            for name in NAMED {
                assert_eq!(color(name, look(depth)).bg, None);
            }
        }
    }

    #[test]
    fn named_colours_stay_apart_in_every_depth() {
        for depth in [Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let mut seen: Vec<_> = NAMED.map(|name| color(name, look(depth)).fg).to_vec();
            seen.dedup();
            assert_eq!(seen.len(), NAMED.len(), "{depth:?}");
        }
    }

    #[test]
    fn an_exact_colour_takes_the_sign_and_the_ansi_colour_of_its_hue() {
        let ansi = look(Depth::Ansi16);
        for (rgb, sign_wanted, cell) in [
            (Color::Rgb(0x73, 0xbf, 0x69), "✔", Cell::Green),
            (Color::Rgb(0xf2, 0xcc, 0x0c), "▲", Cell::Yellow),
            (Color::Rgb(0xff, 0x98, 0x30), "▲", Cell::LightRed),
            (Color::Rgb(0xf2, 0x49, 0x5c), "✖", Cell::Red),
            (Color::Rgb(0x57, 0x94, 0xf2), "", Cell::LightBlue),
            (Color::Rgb(0xb8, 0x77, 0xd9), "", Cell::Magenta),
        ] {
            assert_eq!(sign(rgb, ansi), sign_wanted, "{rgb:?}");
            assert_eq!(color(rgb, ansi).fg, Some(cell), "{rgb:?}");
        }
        assert_eq!(family(Color::Rgb(0, 0, 0)), Color::Text);
        assert_eq!(family(Color::Rgb(128, 128, 128)), Color::Gray);
    }

    #[test]
    fn xterm_256_has_its_own_colours_exactly() {
        assert_eq!(nearest_of_256((0, 0, 0)), 16);
        assert_eq!(nearest_of_256((255, 255, 255)), 231);
        assert_eq!(nearest_of_256((95, 135, 175)), 67);
        assert_eq!(nearest_of_256((128, 128, 128)), 244);
    }

    #[test]
    fn ascii_signs_are_ascii() {
        let ascii = Look {
            depth: Depth::True,
            glyphs: Glyphs::Ascii,
            theme: crate::ui::Theme::Terminal,
        };
        for name in NAMED {
            assert!(sign(name, ascii).is_ascii());
        }
    }
}
