//! What every theme keeps: contrast against its background, colours that stay apart, also for eyes that
//! see fewer of them.

use super::*;
use crate::model::theme::Theme;

const THEMES: [Theme; 11] = [
    Theme::Terminal,
    Theme::TerminalDark,
    Theme::TerminalLight,
    Theme::Dark,
    Theme::Light,
    Theme::HighContrast,
    Theme::HighContrastLight,
    Theme::ColourBlind,
    Theme::ColourBlindLight,
    Theme::Solarized,
    Theme::SolarizedLight,
];

const DEPTHS: [Depth; 4] = [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True];

const NAMED: [Color; 7] = [
    Color::Green,
    Color::Yellow,
    Color::Orange,
    Color::Red,
    Color::Blue,
    Color::Cyan,
    Color::Purple,
];

const ROLES: [Role; 11] = [
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

fn look(theme: Theme, depth: Depth) -> Look {
    Look {
        depth,
        glyphs: Glyphs::Braille,
        theme,
    }
}

fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

/// WCAG 2.1's relative luminance.
fn luminance((r, g, b): Rgb) -> f64 {
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// WCAG 2.1's contrast ratio.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

type Matrix = [[f64; 3]; 3];

const NORMAL: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
const PROTANOPIA: Matrix = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTERANOPIA: Matrix = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];
const TRITANOPIA: Matrix = [
    [1.255_528, -0.076_749, -0.178_779],
    [-0.078_411, 0.930_809, 0.147_602],
    [0.004_733, 0.691_367, 0.303_900],
];

fn times(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(m, v)| m * v).sum())
}

/// Björn Ottosson's Oklab, of a colour as these eyes see it.
fn seen((r, g, b): Rgb, eyes: &Matrix) -> [f64; 3] {
    let light = times(eyes, [linear(r), linear(g), linear(b)]).map(|part| part.clamp(0.0, 1.0));
    let cones = times(
        &[
            [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
            [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
            [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
        ],
        light,
    );
    times(
        &[
            [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
            [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
            [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
        ],
        cones.map(f64::cbrt),
    )
}

fn distance(a: Rgb, b: Rgb, eyes: &Matrix) -> f64 {
    let (a, b) = (seen(a, eyes), seen(b, eyes));
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).powi(2))
        .sum::<f64>()
        .sqrt()
}

fn pairs() -> impl Iterator<Item = (Color, Color)> {
    NAMED
        .into_iter()
        .enumerate()
        .flat_map(|(index, a)| NAMED[index + 1..].iter().map(move |b| (a, *b)))
}

/// Red, green and blue of what is written; none for what the terminal decides.
fn written(cell: Cell) -> Option<Rgb> {
    match cell {
        Cell::Rgb(r, g, b) => Some((r, g, b)),
        Cell::Indexed(index @ 232..) => {
            let gray = 8 + 10 * (index - 232);
            Some((gray, gray, gray))
        }
        Cell::Indexed(index @ 16..) => {
            let level = |place: u8| [0, 95, 135, 175, 215, 255][usize::from(place % 6)];
            let index = index - 16;
            Some((level(index / 36), level(index / 6), level(index)))
        }
        _ => None,
    }
}

/// What the theme's colours stand on: its own background, else black, white or the usual ones of its kind.
fn grounds(theme: Theme, depth: Depth) -> Vec<Rgb> {
    match (ground(look(theme, depth)), theme) {
        (Some((behind, _)), _) => vec![written(behind).unwrap()],
        (None, Theme::TerminalDark) => vec![(0, 0, 0), (0x1e, 0x1e, 0x1e), (0x28, 0x2c, 0x34)],
        (None, Theme::TerminalLight) => vec![(255, 255, 255), (0xf5, 0xf5, 0xf5)],
        _ => panic!("{theme:?} has no background"),
    }
}

#[test]
fn with_no_background_known_colours_are_readable_on_black_and_on_white() {
    let scheme = Scheme::of(Theme::Terminal);
    let all = NAMED.map(|name| scheme.exact(name));
    for rgb in all.into_iter().chain([scheme.muted, scheme.line]) {
        let (on_white, on_black) = (contrast(rgb, (255, 255, 255)), contrast(rgb, (0, 0, 0)));
        assert!(on_white >= 2.25, "{rgb:?} on white: {on_white:.2}");
        assert!(on_black >= 3.5, "{rgb:?} on black: {on_black:.2}");
    }
}

#[test]
fn text_and_series_of_every_theme_can_be_read_on_its_background() {
    for theme in THEMES.into_iter().skip(1) {
        let enough = match theme {
            Theme::HighContrast | Theme::HighContrastLight => 7.0,
            _ => 4.5,
        };
        // The 256 colours are coarse.
        for (depth, slack) in [(Depth::True, 1.0), (Depth::Ansi256, 0.8)] {
            let look = look(theme, depth);
            for behind in grounds(theme, depth) {
                let on = |style: Style| contrast(written(style.fg.unwrap()).unwrap(), behind);
                for name in [
                    Role::Muted,
                    Role::Chrome,
                    Role::TableHead,
                    Role::Bad,
                    Role::Warning,
                    Role::Good,
                ] {
                    let ratio = on(role(name, look));
                    assert!(
                        ratio >= enough * slack,
                        "{theme:?} {depth:?} {name:?}: {ratio:.2}"
                    );
                }
                for index in 0..7 {
                    let ratio = on(series(index, look));
                    let enough = if enough > 4.5 { enough } else { 3.0 };
                    assert!(
                        ratio >= enough * slack,
                        "{theme:?} {depth:?} series {index}: {ratio:.2}"
                    );
                }
                let line = on(role(Role::Border, look));
                assert!(line >= 1.8, "{theme:?} {depth:?} border: {line:.2}");
                if let Some((_, text)) = ground(look) {
                    let ratio = contrast(written(text).unwrap(), behind);
                    assert!(ratio >= enough, "{theme:?} {depth:?} text: {ratio:.2}");
                }
            }
        }
    }
}

#[test]
fn series_of_every_theme_are_apart() {
    for theme in THEMES {
        let scheme = Scheme::of(theme);
        for (a, b) in pairs() {
            let apart = distance(scheme.exact(a), scheme.exact(b), &NORMAL);
            assert!(apart >= 0.05, "{theme:?}: {a:?} and {b:?}: {apart:.3}");
        }
        let mut order = scheme.series.to_vec();
        order.sort_by_key(|color| format!("{color:?}"));
        order.dedup();
        assert_eq!(order.len(), NAMED.len(), "{theme:?} names one twice");
    }
}

#[test]
fn the_colour_blind_themes_are_apart_for_all_eyes_and_the_default_is_not() {
    let closest = |theme: Theme, eyes: &Matrix| {
        let scheme = Scheme::of(theme);
        pairs()
            .map(|(a, b)| distance(scheme.exact(a), scheme.exact(b), eyes))
            .fold(f64::INFINITY, f64::min)
    };
    for theme in [Theme::ColourBlind, Theme::ColourBlindLight] {
        for (eyes, enough) in [
            (&NORMAL, 0.11),
            (&PROTANOPIA, 0.065),
            (&DEUTERANOPIA, 0.065),
            (&TRITANOPIA, 0.045),
        ] {
            let apart = closest(theme, eyes);
            assert!(apart >= enough, "{theme:?}: {apart:.3} of {enough}");
        }
    }
    assert!(closest(Theme::Terminal, &DEUTERANOPIA) < 0.03);
}

#[test]
fn good_and_bad_are_apart_for_the_colour_blind() {
    for theme in [Theme::ColourBlind, Theme::ColourBlindLight] {
        let scheme = Scheme::of(theme);
        for eyes in [&PROTANOPIA, &DEUTERANOPIA, &TRITANOPIA] {
            let apart = distance(scheme.green, scheme.red, eyes);
            assert!(apart >= 0.08, "{theme:?}: {apart:.3}");
        }
    }
}

#[test]
fn no_color_means_no_colour_at_all_in_every_theme() {
    for theme in THEMES {
        let look = look(theme, Depth::None);
        for style in ROLES
            .map(|name| role(name, look))
            .into_iter()
            .chain(NAMED.map(|name| color(name, look)))
            .chain((0..9).map(|index| series(index, look)))
        {
            assert_eq!((style.fg, style.bg), (None, None), "{theme:?}");
        }
        assert_eq!(ground(look), None, "{theme:?}");
    }
}

#[test]
fn sixteen_colours_are_the_terminals_own_and_no_gray_is_trusted() {
    for theme in THEMES {
        let look = look(theme, Depth::Ansi16);
        let styles = ROLES.map(|name| role(name, look)).into_iter();
        for style in styles.chain((0..7).map(|index| series(index, look))) {
            let fg = style.fg.unwrap_or_default();
            assert!(
                !matches!(
                    fg,
                    Cell::Rgb(..) | Cell::Indexed(_) | Cell::DarkGray | Cell::Black
                ),
                "{theme:?}: {fg:?}"
            );
        }
    }
}

#[test]
fn what_steps_back_does_so_unless_the_theme_is_for_contrast() {
    for depth in [Depth::None, Depth::Ansi16] {
        let dim = |theme| role(Role::Muted, look(theme, depth)).add_modifier == Modifier::DIM;
        assert!(dim(Theme::Terminal) && dim(Theme::Dark));
        assert!(!dim(Theme::HighContrast));
    }
}

#[test]
fn named_colours_stay_apart_in_every_depth() {
    for theme in THEMES {
        for depth in DEPTHS.into_iter().skip(1) {
            let mut seen: Vec<_> = NAMED
                .map(|name| color(name, look(theme, depth)).fg)
                .to_vec();
            seen.sort_by_key(|fg| format!("{fg:?}"));
            seen.dedup();
            assert_eq!(seen.len(), NAMED.len(), "{theme:?} {depth:?} {seen:?}");
        }
    }
}

#[test]
fn a_ground_is_behind_every_cell_and_under_every_text_without_a_colour() {
    let area = Rect::new(0, 0, 4, 2);
    let mut buf = Buffer::empty(area);
    let theme = look(Theme::Light, Depth::True);
    buf.set_string(0, 0, "a", color(Color::Red, theme));
    buf.set_string(1, 0, "b", Style::new());
    dress(theme, area, &mut buf);
    let white = Cell::Rgb(255, 255, 255);
    assert!(buf.content().iter().all(|cell| cell.bg == white));
    assert_eq!(buf[(0, 0)].fg, color(Color::Red, theme).fg.unwrap());
    assert_eq!(buf[(1, 0)].fg, Cell::Rgb(0x24, 0x29, 0x2f));
    let mut plain = Buffer::empty(area);
    dress(look(Theme::Terminal, Depth::True), area, &mut plain);
    assert_eq!(plain, Buffer::empty(area));
}

#[test]
fn an_exact_colour_takes_the_sign_and_the_ansi_colour_of_its_hue() {
    let ansi = look(Theme::Terminal, Depth::Ansi16);
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
    assert_eq!(Color::Rgb(0, 0, 0).family(), Color::Text);
    assert_eq!(Color::Rgb(128, 128, 128).family(), Color::Gray);
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
        glyphs: Glyphs::Ascii,
        ..look(Theme::Terminal, Depth::True)
    };
    for name in NAMED {
        assert!(sign(name, ascii).is_ascii());
    }
}
