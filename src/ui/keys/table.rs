//! Every key of the program, as data.

mod asking;
mod looking;

use super::Binding;
use asking::ASKING;
use looking::LOOKING;

/// Every key, in the order the help lists them.
pub(super) const BINDINGS: &[Binding] = &joined();

const fn joined() -> [Binding; LOOKING.len() + ASKING.len()] {
    let mut all = [LOOKING[0]; LOOKING.len() + ASKING.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < LOOKING.len() {
            LOOKING[at]
        } else {
            ASKING[at - LOOKING.len()]
        };
        at += 1;
    }
    all
}
