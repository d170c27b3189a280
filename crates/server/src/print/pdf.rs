//! A page as PDF 1.7 (ISO 32000-1) with its font in it, so that it prints alike everywhere and its text can be read out and copied.

use std::{collections::BTreeMap, io::Write as _, sync::LazyLock};

use ab_glyph::{Font as _, GlyphId};
use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::{
    Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap},
};

use super::{
    PrintError,
    drawing::{Drawing, HEIGHT, Mark, WIDTH},
    font::Font,
};

/// The built-in font.
const BUILT_IN: Name<'_> = Name(b"F1");
/// A Chinese font of the reader's: names may have letters that the built-in one does not.
const READERS: Name<'_> = Name(b"F2");
const NAME: Name<'_> = Name(b"CLNBLL+CleanBillPrint");

/// The built-in font's file, packed once.
static FONT: LazyLock<Vec<u8>> = LazyLock::new(|| packed(super::font::FILE));

/// Where each object stands.
struct Places {
    catalog: Ref,
    pages: Ref,
    page: Ref,
    content: Ref,
    font: Ref,
    cid_font: Ref,
    descriptor: Ref,
    file: Ref,
    letters: Ref,
    readers_font: Ref,
    readers_cid_font: Ref,
    readers_descriptor: Ref,
    info: Ref,
}

impl Places {
    fn new() -> Self {
        let mut next = Ref::new(1);
        let mut place = || next.bump();
        Places {
            catalog: place(),
            pages: place(),
            page: place(),
            content: place(),
            font: place(),
            cid_font: place(),
            descriptor: place(),
            file: place(),
            letters: place(),
            readers_font: place(),
            readers_cid_font: place(),
            readers_descriptor: place(),
            info: place(),
        }
    }
}

/// The page as PDF.
pub(super) fn write(drawing: &Drawing, title: &str) -> Result<Vec<u8>, PrintError> {
    let places = Places::new();
    let mut pdf = Pdf::new();
    pdf.catalog(places.catalog)
        .pages(places.pages)
        .lang(TextStr("zh-CN"))
        .viewer_preferences()
        .display_doc_title(true);
    pdf.document_info(places.info).title(TextStr(title)).producer(TextStr("Clean Bill"));
    pdf.pages(places.pages).kids([places.page]).count(1);
    let mut page = pdf.page(places.page);
    page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(places.pages).contents(places.content);
    let borrows = borrows(drawing);
    let mut resources = page.resources();
    let mut fonts = resources.fonts();
    fonts.pair(BUILT_IN, places.font);
    if borrows {
        fonts.pair(READERS, places.readers_font);
    }
    fonts.finish();
    resources.finish();
    page.finish();
    let content = packed(content(drawing).as_slice());
    pdf.stream(places.content, &content).filter(Filter::FlateDecode);
    built_in(&mut pdf, &places, &drawing.font);
    if borrows {
        readers(&mut pdf, &places);
    }
    Ok(pdf.finish())
}

/// Whether a line has letters that the built-in font does not.
fn borrows(drawing: &Drawing) -> bool {
    drawing.marks.iter().any(|mark| match mark {
        Mark::Text { text, .. } => !text.chars().all(|letter| drawing.font.has(letter)),
        Mark::Shape { .. } | Mark::Code { .. } => false,
    })
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail.
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

fn content(drawing: &Drawing) -> pdf_writer::Buf {
    let mut content = Content::new();
    for mark in &drawing.marks {
        match mark {
            Mark::Text { x, y, size, is_bold, grey, text } => {
                content.set_fill_gray(*grey).set_stroke_gray(*grey).set_line_width(size / 40.0);
                content.begin_text().next_line(*x, HEIGHT - y);
                let mode = if *is_bold { TextRenderingMode::FillStroke } else { TextRenderingMode::Fill };
                content.set_text_rendering_mode(mode);
                show(&mut content, &drawing.font, *size, text);
                content.end_text();
            }
            Mark::Shape { corners, grey } => {
                content.set_fill_gray(*grey);
                for (number, (x, y)) in corners.iter().enumerate() {
                    if number == 0 {
                        content.move_to(*x, HEIGHT - y);
                    } else {
                        content.line_to(*x, HEIGHT - y);
                    }
                }
                content.close_path().fill_nonzero();
            }
            Mark::Code { x, y, side, rows } => code(&mut content, (*x, *y), *side, rows),
        }
    }
    content.finish()
}

/// Shows a line: letters of the built-in font by their glyphs, others by their UTF-16 in a font of the reader's.
fn show(content: &mut Content, font: &Font, size: f32, text: &str) {
    let letters: Vec<char> = text.chars().collect();
    for run in letters.chunk_by(|a, b| font.has(*a) == font.has(*b)) {
        let is_ours = run.first().is_some_and(|letter| font.has(*letter));
        let bytes: Vec<u8> = if is_ours {
            run.iter()
                .filter_map(|letter| font.glyph(*letter))
                .flat_map(|glyph| glyph.0.to_be_bytes())
                .collect()
        } else {
            let text: String = run.iter().collect();
            text.encode_utf16().flat_map(u16::to_be_bytes).collect()
        };
        content.set_font(if is_ours { BUILT_IN } else { READERS }, size).show(Str(&bytes));
    }
}

/// The dark modules of a code, as one path of a rectangle for each run.
fn code(content: &mut Content, (x, y): (f32, f32), side: f32, rows: &[Vec<bool>]) {
    let module = side / rows.len().max(1) as f32;
    content.set_fill_gray(0.0);
    for (down, row) in rows.iter().enumerate() {
        let mut across = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                let (left, bottom) = (x + across as f32 * module, y + (down + 1) as f32 * module);
                // A little higher than a module: between rows that only touch, a screen shows light lines.
                content.rect(left, HEIGHT - bottom, run.len() as f32 * module, module * 1.02);
            }
            across += run.len();
        }
    }
    content.fill_nonzero();
}

fn built_in(pdf: &mut Pdf, places: &Places, font: &Font) {
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    pdf.type0_font(places.font)
        .base_font(NAME)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(places.cid_font)
        .to_unicode(places.letters);
    let letters: BTreeMap<u16, char> =
        font.font.codepoint_ids().map(|(GlyphId(glyph), letter)| (glyph, letter)).collect();
    let mut cid_font = pdf.cid_font(places.cid_font);
    cid_font.subtype(CidFontType::Type2).base_font(NAME).system_info(system);
    cid_font
        .font_descriptor(places.descriptor)
        .default_width(1000.0)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid_font.widths();
    for (glyph, letter) in &letters {
        widths.same(*glyph, *glyph, font.advance(*letter));
    }
    widths.finish();
    cid_font.finish();
    let per_em = font.font.units_per_em().unwrap_or(1000.0);
    let (ascent, descent) = (font.font.ascent_unscaled(), font.font.descent_unscaled());
    pdf.font_descriptor(places.descriptor)
        .name(NAME)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-per_em, descent, 2.0 * per_em, ascent))
        .italic_angle(0.0)
        .ascent(ascent)
        .descent(descent)
        .cap_height(733.0)
        .stem_v(80.0)
        .font_file2(places.file);
    let length = i32::try_from(super::font::FILE.len()).unwrap_or(i32::MAX);
    pdf.stream(places.file, &FONT).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
    let mut map = UnicodeCmap::new(Name(b"Letters"), system);
    for (glyph, letter) in letters {
        map.pair(glyph, letter);
    }
    let map = packed(map.finish().as_slice());
    pdf.stream(places.letters, &map).filter(Filter::FlateDecode);
}

/// A Chinese font that every reader of PDF has or finds another for (ISO 32000-1, 9.7.5.2).
fn readers(pdf: &mut Pdf, places: &Places) {
    let name = Name(b"STSong-Light");
    pdf.type0_font(places.readers_font)
        .base_font(Name(b"STSong-Light-UniGB-UTF16-H"))
        .encoding_predefined(Name(b"UniGB-UTF16-H"))
        .descendant_font(places.readers_cid_font);
    pdf.cid_font(places.readers_cid_font)
        .subtype(CidFontType::Type0)
        .base_font(name)
        .system_info(SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"GB1"), supplement: 4 })
        .font_descriptor(places.readers_descriptor)
        .default_width(1000.0);
    pdf.font_descriptor(places.readers_descriptor)
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-25.0, -254.0, 1000.0, 880.0))
        .italic_angle(0.0)
        .ascent(880.0)
        .descent(-120.0)
        .cap_height(880.0)
        .stem_v(93.0);
}
