//! Plots as SVG, with a background that is readable on light and dark pages.

use std::path::Path;

use anyhow::{Result, anyhow};
use auraxis_bench::report::digits;
use plotters::{
    coord::ranged1d::SegmentValue,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

const WIDTH: u32 = 800;
const BACKGROUND: RGBColor = RGBColor(250, 250, 250);
const GRID: RGBColor = RGBColor(215, 215, 215);
const TEXT: RGBColor = RGBColor(40, 40, 40);
const OURS: RGBColor = RGBColor(27, 106, 170);
const OTHERS: RGBColor = RGBColor(150, 160, 170);
const FONT: &str = "sans-serif";

fn style(size: i32, position: Pos) -> TextStyle<'static> {
    TextStyle::from((FONT, size).into_font()).color(&TEXT).pos(position)
}

/// Writes a plot of values on a logarithmic axis, as bars. The second one is ours.
pub(crate) fn bars(path: &Path, title: &str, bars: &[(&str, f64)]) -> Result<()> {
    let height = 90 + 44 * u32::try_from(bars.len())?;
    let root = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    draw_bars(&root, title, bars).map_err(|error| anyhow!("{}: {error}", path.display()))
}

fn draw_bars<'a>(
    root: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
    title: &str,
    bars: &[(&str, f64)],
) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
    root.fill(&BACKGROUND)?;
    let values = || bars.iter().map(|&(_, value)| value);
    let lowest = 10_f64.powf(values().fold(f64::MAX, f64::min).log10().floor());
    let highest = values().fold(0.0, f64::max) * 4.0;
    let mut chart = ChartBuilder::on(root)
        .margin(16)
        .caption(title, style(20, Pos::new(HPos::Left, VPos::Top)))
        .x_label_area_size(28)
        .y_label_area_size(190)
        .build_cartesian_2d((lowest..highest).log_scale(), (0..bars.len() - 1).into_segmented())?;
    let label = |segment: &SegmentValue<usize>| match segment {
        SegmentValue::CenterOf(at) => bars.get(bars.len() - 1 - at).map_or("", |&(name, _)| name).to_owned(),
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(BACKGROUND)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .x_labels(6)
        .x_label_formatter(&|value| count(*value))
        .y_label_formatter(&label)
        .y_labels(bars.len())
        .label_style(style(15, Pos::default()))
        .draw()?;
    for (at, &(_, value)) in bars.iter().enumerate() {
        let row = bars.len() - 1 - at;
        let color = if at == 1 { OURS } else { OTHERS };
        let mut bar =
            Rectangle::new([(lowest, SegmentValue::Exact(row)), (value, SegmentValue::Exact(row + 1))], color.filled());
        bar.set_margin(7, 7, 0, 0);
        chart.draw_series([bar])?;
        let place = EmptyElement::at((value, SegmentValue::CenterOf(row)));
        let text = Text::new(count(value), (8, 0), style(15, Pos::new(HPos::Left, VPos::Center)));
        chart.draw_series([place + text])?;
    }
    root.present()
}

/// Writes a plot of values at equal distances.
pub(crate) fn line(path: &Path, title: &str, below: &str, points: &[(&str, f64)]) -> Result<()> {
    let root = SVGBackend::new(path, (WIDTH, 340)).into_drawing_area();
    draw_line(&root, title, below, points).map_err(|error| anyhow!("{}: {error}", path.display()))
}

fn draw_line<'a>(
    root: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
    title: &str,
    below: &str,
    points: &[(&str, f64)],
) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
    root.fill(&BACKGROUND)?;
    let highest = points.iter().map(|&(_, value)| value).fold(0.0, f64::max) * 1.3;
    let mut chart = ChartBuilder::on(root)
        .margin(16)
        .caption(title, style(20, Pos::new(HPos::Left, VPos::Top)))
        .x_label_area_size(52)
        .y_label_area_size(48)
        .build_cartesian_2d((0..points.len() - 1).into_segmented(), 0.0..highest)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(BACKGROUND)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .x_desc(below)
        .x_labels(points.len())
        .y_labels(6)
        .x_label_formatter(&|segment| match segment {
            SegmentValue::CenterOf(at) => points.get(*at).map_or("", |&(name, _)| name).to_owned(),
            _ => String::new(),
        })
        .y_label_formatter(&|value| format!("{value:.0}"))
        .label_style(style(15, Pos::default()))
        .draw()?;
    let places = || points.iter().enumerate().map(|(at, &(_, value))| (SegmentValue::CenterOf(at), value));
    chart.draw_series(LineSeries::new(places(), OURS.stroke_width(2)))?;
    chart.draw_series(places().map(|place| {
        let value = place.1;
        EmptyElement::at(place)
            + Circle::new((0, 0), 4, OURS.filled())
            + Text::new(format!("{value:.0}"), (0, -10), style(15, Pos::new(HPos::Center, VPos::Bottom)))
    }))?;
    root.present()
}

/// Formats a number as people read it.
fn count(value: f64) -> String {
    let (value, unit) = match value {
        1e6.. => (value / 1e6, " M"),
        1e3.. => (value / 1e3, " k"),
        _ => (value, ""),
    };
    // Ticks are round.
    let digits = if value.fract() == 0.0 { 0 } else { digits(value) };
    format!("{value:.digits$}{unit}")
}
