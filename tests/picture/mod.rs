//! Pictures of pixels, read back and compared with those that are committed.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;

/// A decoded picture.
#[derive(Debug, PartialEq, Eq)]
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    rgb: Vec<u8>,
}

impl Pixels {
    pub fn decode(data: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(data))
            .read_info()
            .expect("a PNG");
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).expect("whole");
        assert_eq!(
            (info.color_type, info.bit_depth),
            (png::ColorType::Rgb, png::BitDepth::Eight)
        );
        Self {
            width: info.width as usize,
            height: info.height as usize,
            rgb,
        }
    }

    pub fn at(&self, x: usize, y: usize) -> (u8, u8, u8) {
        let at = (y * self.width + x) * 3;
        (self.rgb[at], self.rgb[at + 1], self.rgb[at + 2])
    }

    /// How many pixels differ visibly: by more than another processor's last digit makes.
    pub fn differ(&self, other: &Self) -> usize {
        let pairs = self.rgb.chunks(3).zip(other.rgb.chunks(3));
        pairs
            .filter(|(one, other)| one.iter().zip(*other).any(|(a, b)| a.abs_diff(*b) > 2))
            .count()
    }
}

/// Whether the committed picture is the one that is made today; with `KPI_UPDATE_PICTURES=1` it becomes that one.
pub fn is_current(file: &str, made: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let again = format!("KPI_UPDATE_PICTURES=1 cargo test makes {file} anew; look at it");
    let new = Pixels::decode(made);
    let old = std::fs::read(&path).ok().map(|old| Pixels::decode(&old));
    let same_size = |old: &Pixels| (old.width, old.height) == (new.width, new.height);
    let differing = match &old {
        Some(old) if same_size(old) => old.differ(&new),
        _ => new.width * new.height,
    };
    if differing > 0 && std::env::var_os("KPI_UPDATE_PICTURES").is_some() {
        std::fs::write(&path, made).unwrap();
        return;
    }
    if differing > 0 {
        let today = std::env::temp_dir().join(path.file_name().unwrap());
        std::fs::write(&today, made).unwrap();
        panic!(
            "{file} is not what is drawn today: {differing} pixels differ; today's is {}; {again}",
            today.display()
        );
    }
}
