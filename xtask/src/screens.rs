//! The pictures of the documentation: made anew by the journey that looks at every page, with the page that shows them.

use std::{collections::BTreeSet, fmt::Write as _, fs, process::Command};

use anyhow::{Context, bail};

use crate::{built, root, run};

/// The pages as people meet them. What the journey makes and is not here is an error, as is what is here and was not made.
const ROOMS: &[(&str, &[(&str, &str)])] = &[
    (
        "For everybody",
        &[
            ("home", "`/`"),
            ("sign-in", "`/sign-in`"),
            ("declare", "`/declare`: what one feels"),
            ("declared", "`/declare`: what that would mean, before anything is sent"),
            ("venue-nobody", "`/venue/{code}`: what the code at a door opens"),
            ("diary-empty", "`/diary`: nothing is noted yet"),
            ("diary", "`/diary`: kept on the phone alone"),
            ("figures", "`/figures`"),
            ("share-answer", "`/share/{token}`: what an employer sees"),
            ("nowhere", "An address that is none"),
        ],
    ),
    (
        "For residents",
        &[
            ("me-green", "`/me`, green"),
            ("me-yellow", "`/me`, yellow"),
            ("me-red", "`/me`, red"),
            ("me-asked", "`/me`: a question"),
            ("me-appeal", "`/me`: an appeal with its clock"),
            ("me-for", "`/me/for/{person}`: for somebody one cares for"),
            ("venue", "`/venue/{code}`"),
            ("venue-here", "`/venue/{code}`: checked in"),
            ("venue-new", "`/venue/new`"),
            ("record-empty", "`/me/record`: nobody looked"),
            ("record", "`/me/record`"),
            ("share-empty", "`/share`: with nobody yet"),
            ("share", "`/share`"),
            ("told", "`/me/told`"),
            ("passkeys", "`/passkeys`"),
            ("travel", "`/travel`"),
        ],
    ),
    (
        "At the door",
        &[
            ("check", "`/check`"),
            ("check-admit", "Admit"),
            ("check-refuse", "Do not admit"),
            ("check-help", "Ask for help"),
        ],
    ),
    (
        "For those who work",
        &[
            ("desk", "`/desk`"),
            ("field", "`/field`"),
            ("laboratory", "`/laboratory`"),
            ("cases", "`/cases`"),
            ("interview", "`/cases/{person}/{case}`"),
            ("place-traces", "`/place-traces`"),
            ("line-lists", "`/line-lists`"),
            ("review", "`/review`"),
            ("policy", "`/policy`"),
            ("oversight", "`/oversight`"),
            ("watch", "`/oversight/watch`"),
            ("notices", "`/demo/notices`, in the demonstration"),
            ("style", "`/style`, in the demonstration"),
        ],
    ),
];
/// What is shown as somebody sees it who does not tell red from green.
const WITHOUT_RED_AND_GREEN: &[&str] =
    &["me-green", "me-yellow", "me-red", "check-admit", "check-help", "check-refuse"];
const LANGUAGES: [(&str, &str); 2] = [("en", "English"), ("zh", "Chinese")];
const SCREENS: [(&str, &str, u32); 2] = [("phone", "phone", 200), ("desk", "desk", 400)];

/// Makes them.
pub(crate) fn run_screens() -> anyhow::Result<()> {
    let folder = root().join("docs/screens");
    let made = root().join("target/documented");
    if made.exists() {
        fs::remove_dir_all(&made)?;
    }
    let mut journey = Command::new("cargo");
    journey
        .args(["nextest", "run", "--workspace", "--ignore-default-filter", "-E"])
        .arg("package(journeys) and binary(every_page)")
        .env("CLEANBILL_BINARY", built()?)
        .env("CLEANBILL_SCREENS", &made);
    run(&mut journey)?;
    let names = |of: &std::path::Path| -> anyhow::Result<BTreeSet<String>> {
        let files = fs::read_dir(of).with_context(|| of.display().to_string())?;
        files.map(|file| Ok(file?.file_name().to_string_lossy().into_owned())).collect()
    };
    let (made_names, shown) = (names(&made)?, shown());
    if made_names != shown {
        let odd: Vec<_> = made_names.symmetric_difference(&shown).collect();
        bail!(
            "the page of the pictures does not show what was made: {odd:?}; see ROOMS in xtask/src/screens.rs"
        );
    }
    let is_ours =
        |name: &str| name.contains("-phone.") || name.contains("-desk.") || name.contains("-deuteranopia.");
    for old in names(&folder)?.iter().filter(|name| is_ours(name) && !shown.contains(*name)) {
        fs::remove_file(folder.join(old))?;
    }
    for name in &shown {
        fs::copy(made.join(name), folder.join(name))?;
    }
    Ok(fs::write(folder.join("README.md"), page())?)
}

/// The names of all pictures.
fn shown() -> BTreeSet<String> {
    let pages = ROOMS.iter().flat_map(|(_, pages)| pages.iter()).map(|(name, _)| name);
    let each = pages.flat_map(|name| {
        LANGUAGES.iter().flat_map(move |(language, _)| {
            SCREENS.iter().map(move |(screen, ..)| format!("{name}-{language}-{screen}.png"))
        })
    });
    let without = WITHOUT_RED_AND_GREEN.iter().map(|name| format!("{name}-deuteranopia.png"));
    each.chain(without).collect()
}

/// The page that shows them.
fn page() -> String {
    let mut page = "# Every page, in both languages\n\nMade by `cargo xtask screens`, of a demonstration with 120 people. Phones are 360 by 740 \
                    pixels, desks 1,280 by 900.\n\n## Without red and green\n\nThe colours as somebody with deuteranopia sees them \
                    (simulated by Chromium): shape and word tell them apart.\n\n"
        .to_owned();
    let without = WITHOUT_RED_AND_GREEN.iter().map(|name| {
        format!("<img src=\"{name}-deuteranopia.png\" width=\"200\" alt=\"{name} without red and green\">")
    });
    page += &without.collect::<Vec<_>>().join(" ");
    page.push('\n');
    for (room, pages) in ROOMS {
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {room}\n");
        for (name, title) in *pages {
            let _ = write!(page, "\n### {title}\n");
            for (screen, word, width) in SCREENS {
                let images = LANGUAGES.map(|(language, spoken)| {
                    format!(
                        "<img src=\"{name}-{language}-{screen}.png\" width=\"{width}\" alt=\"{name}, {spoken}, {word}\">"
                    )
                });
                let _ = write!(page, "\n{}\n", images.join(" "));
            }
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_book_shows_every_picture_that_is_there() {
        let folder = root().join("docs/screens");
        assert_eq!(
            fs::read_to_string(folder.join("README.md")).unwrap(),
            page(),
            "run `cargo xtask screens`"
        );
        for name in shown() {
            assert!(folder.join(&name).exists(), "{name} is missing; run `cargo xtask screens`");
        }
    }
}
