//! What the benches share: samples, and the table that they print.

use std::fmt::Write as _;

/// Several measurements of one figure.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// The value that a given share of the samples does not exceed; 0 when there are none.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.max(1) - 1).copied().unwrap_or_default()
    }

    /// The middle one.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The smallest one.
    pub(crate) fn min(&self) -> f64 {
        self.quantile(0.0)
    }

    /// The largest one.
    pub(crate) fn max(&self) -> f64 {
        self.quantile(1.0)
    }

    /// Adds one.
    pub(crate) fn push(&mut self, sample: f64) {
        self.0.push(sample);
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(samples: I) -> Self {
        Self(samples.into_iter().collect())
    }
}

/// What a figure should reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Aim {
    /// Nothing: it explains the others.
    None,
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
}

/// One figure.
#[derive(Debug)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: String,
    /// The measurements; the value is their median.
    pub(crate) samples: Samples,
    /// The unit behind the numbers; empty for ratios and counts.
    pub(crate) unit: &'static str,
    /// What it should reach.
    pub(crate) aim: Aim,
    /// What it is compared with.
    pub(crate) yardstick: String,
}

/// The figures of one run, as a Markdown table.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Figure>);

impl Table {
    /// Adds a figure.
    pub(crate) fn add(&mut self, figure: Figure) {
        self.0.push(figure);
    }

    /// Adds a figure that explains others.
    pub(crate) fn note(&mut self, name: impl Into<String>, samples: Samples, unit: &'static str) {
        let (name, yardstick) = (name.into(), String::new());
        self.add(Figure { name, samples, unit, aim: Aim::None, yardstick });
    }

    /// The table's text.
    pub(crate) fn text(&self) -> String {
        let header = ["figure", "value", "aim", "yardstick", "min – median – max"];
        let mut rows = vec![header.map(str::to_owned)];
        rows.extend(self.0.iter().map(row));
        let width = |column: usize| rows.iter().map(|it| it[column].chars().count()).max();
        let widths: Vec<usize> = (0..header.len()).filter_map(width).collect();
        let mut text = String::new();
        for (at, row) in rows.iter().enumerate() {
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(text, "| {cell:width$} ");
            }
            text.push_str("|\n");
            if at == 0 {
                widths.iter().for_each(|it| text.push_str(&format!("| {} ", "-".repeat(*it))));
                text.push_str("|\n");
            }
        }
        text
    }
}

fn row(it: &Figure) -> [String; 5] {
    let value = it.samples.median();
    let with_unit = |number: f64| match it.unit {
        "" => digits(number),
        unit => format!("{} {unit}", digits(number)),
    };
    let mark = |met: bool| if met { "met" } else { "missed" };
    let aim = match it.aim {
        Aim::None => String::new(),
        Aim::AtMost(aim) => format!("≤ {}: {}", with_unit(aim), mark(value <= aim)),
        Aim::AtLeast(aim) => format!("≥ {}: {}", with_unit(aim), mark(value >= aim)),
    };
    let [min, max] = [it.samples.min(), it.samples.max()].map(digits);
    let spread = format!("{min} – {} – {max}", digits(value));
    [it.name.clone(), with_unit(value), aim, it.yardstick.clone(), spread]
}

/// A number with three digits that count.
fn digits(number: f64) -> String {
    match number {
        it if it == it.trunc() => format!("{it:.0}"),
        it if it.abs() >= 100.0 => format!("{it:.0}"),
        it if it.abs() >= 10.0 => format!("{it:.1}"),
        it => format!("{it:.2}"),
    }
}
