//! Glyphs that fill their cell, as CSS: backgrounds in the colour of the letters, which themselves are not seen but
//! can be selected. So neighbours join whatever font the browser has.

use std::fmt::Write as _;

use crate::export::graphic::{Graphic, Weight, dots};

/// A rectangle's image.
const FILL: &str = "linear-gradient(currentColor 0 0)";
/// Half a double line's distance, in pixels.
const APART: f64 = 1.5;

/// The declarations that draw it.
pub(super) fn css(graphic: &Graphic) -> String {
    let mut layers: Vec<String> = Vec::new();
    match graphic {
        Graphic::Shade(quarters) => {
            return format!(
                "background:currentColor;opacity:{}",
                f64::from(*quarters) / 4.0
            );
        }
        Graphic::Parts(parts) => {
            for part in parts {
                let [left, top, width, height] = [part.left, part.top, part.width, part.height]
                    .map(|eighths| f64::from(eighths) / 8.0);
                layers.push(format!(
                    "{FILL} {} {}/{} {}",
                    place(left, width),
                    place(top, height),
                    percent(width),
                    percent(height)
                ));
            }
        }
        Graphic::Dots(bits) => {
            for (column, row) in dots(*bits) {
                layers.push(format!(
                    "radial-gradient(circle,currentColor 1.2px,#0000 1.7px) {} {}/50% 25%",
                    place(f64::from(column) / 2.0, 0.5),
                    place(f64::from(row) / 4.0, 0.25)
                ));
            }
        }
        Graphic::Lines(arms) => lines(*arms, &mut layers),
        Graphic::Dashes {
            is_across,
            count,
            weight,
        } => {
            let thick = thick(*weight);
            let length = 0.5 / f64::from((*count).max(1));
            for dash in 0..*count {
                let at = place(length * (2.0 * f64::from(dash) + 0.5), length);
                let length = percent(length);
                layers.push(if *is_across {
                    format!("{FILL} {at} 50%/{length} {thick}px")
                } else {
                    format!("{FILL} 50% {at}/{thick}px {length}")
                });
            }
        }
        Graphic::Corner { is_right, is_down } => corner(*is_right, *is_down, &mut layers),
        Graphic::Diagonals {
            is_rising,
            is_falling,
        } => {
            for (is_there, way) in [(is_rising, "bottom"), (is_falling, "top")] {
                if *is_there {
                    layers.push(format!(
                        "linear-gradient(to {way} right,#0000 calc(50% - .6px),currentColor calc(50% - .6px) \
                         calc(50% + .6px),#0000 calc(50% + .6px))"
                    ));
                }
            }
        }
    }
    let mut css = String::from("background:");
    for (index, layer) in layers.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(css, "{comma}{layer} no-repeat");
    }
    css
}

fn percent(part: f64) -> String {
    format!("{}%", (part * 10_000.0).round() / 100.0)
}

/// CSS places what is left of the box, not the edge.
fn place(start: f64, length: f64) -> String {
    if length >= 1.0 || start <= 0.0 {
        return "0".to_owned();
    }
    percent(start / (1.0 - length))
}

fn thick(weight: Weight) -> u8 {
    match weight {
        Weight::Heavy => 2,
        _ => 1,
    }
}

fn lines([left, right, up, down]: [Weight; 4], layers: &mut Vec<String>) {
    let strands = |weight: Weight| match weight {
        Weight::None => &[][..],
        Weight::Double => &[-APART, APART][..],
        _ => &[0.0][..],
    };
    // Arms reach past the centre, so that corners are filled.
    let reach = |one: Weight, other: Weight| {
        if one == Weight::Double || other == Weight::Double {
            APART + 0.5
        } else {
            f64::from(thick(one).max(thick(other))) / 2.0
        }
    };
    for (arm, edge, past) in [
        (left, "0", reach(up, down)),
        (right, "100%", reach(up, down)),
    ] {
        for strand in strands(arm) {
            layers.push(format!(
                "{FILL} {edge} calc(50% + {strand}px)/calc(50% + {past}px) {}px",
                thick(arm)
            ));
        }
    }
    for (arm, edge, past) in [
        (up, "0", reach(left, right)),
        (down, "100%", reach(left, right)),
    ] {
        for strand in strands(arm) {
            layers.push(format!(
                "{FILL} calc(50% + {strand}px) {edge}/{}px calc(50% + {past}px)",
                thick(arm)
            ));
        }
    }
}

/// A quarter of a ring in a box at the cell's side, and the rest of the arm up or down.
fn corner(is_right: bool, is_down: bool, layers: &mut Vec<String>) {
    let side = if is_right { "100%" } else { "0" };
    let (end, away) = if is_down { ("100%", "+") } else { ("0", "-") };
    // The box is half a cell and half a line wide and as high; its far corner is the ring's centre.
    layers.push(format!(
        "radial-gradient(circle at {side} {end},#0000 calc(var(--w)/2 - .5px),currentColor calc(var(--w)/2 - .5px) \
         calc(var(--w)/2 + .5px),#0000 calc(var(--w)/2 + .5px)) {side} calc(50% {away} var(--w)/4)/calc(50% + .5px) calc(var(--w)/2 + .5px)"
    ));
    layers.push(format!("{FILL} 50% {end}/1px calc(50% - var(--w)/2)"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::graphic::graphic;

    fn shape(c: char) -> String {
        css(&graphic(c).unwrap())
    }

    #[test]
    fn blocks_are_placed_by_what_is_left_of_the_cell() {
        assert!(
            shape('█').ends_with(" 0 0/100% 100% no-repeat"),
            "{}",
            shape('█')
        );
        assert!(
            shape('▄').ends_with(" 0 100%/100% 50% no-repeat"),
            "{}",
            shape('▄')
        );
        assert!(
            shape('▌').ends_with(" 0 0/50% 100% no-repeat"),
            "{}",
            shape('▌')
        );
        assert!(
            shape('▂').ends_with(" 0 100%/100% 25% no-repeat"),
            "{}",
            shape('▂')
        );
    }

    #[test]
    fn everything_that_fills_its_cell_has_a_layer_for_each_of_its_parts() {
        for (c, parts) in [
            ('⣿', 8),
            ('▚', 2),
            ('┼', 4),
            ('═', 4),
            ('┈', 4),
            ('╳', 2),
            ('╭', 2),
        ] {
            assert_eq!(shape(c).matches("no-repeat").count(), parts, "{c}");
        }
        assert_eq!(shape('░'), "background:currentColor;opacity:0.25");
    }
}
