//! Whatever a key does the palette and the mouse do, too.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::fixtures::{NOW, variable, variable_state};
use common::viewer::Viewer;
use kpi_dashboard::config::dashboard::Link;
use kpi_dashboard::model::panel_data::{Feed, Own};
use kpi_dashboard::model::range::RangeSpec;
use kpi_dashboard::model::variable::Selection;
use kpi_dashboard::ui::event::{Effect, Event, Key};
use kpi_dashboard::ui::overlay::commands::Commands;
use kpi_dashboard::ui::{Action, Glyphs, Kiosk, Overlay, Scroll, Situation, Ui, Visit, keys};

/// Where somebody can be, so that together every key has a meaning in one of them.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// A table in the grid, by a link, with variables, another range, on a wall.
    Grid,
    /// A table alone.
    Table,
    /// A stack that scrolls.
    Stack,
    /// A cross-hair on a chart.
    CrossHair,
    /// Data stands still, and the collector is silent.
    Paused,
}

const PLACES: [Place; 5] = [
    Place::Grid,
    Place::Table,
    Place::Stack,
    Place::CrossHair,
    Place::Paused,
];

fn at(place: Place) -> Viewer {
    let (width, height) = match place {
        Place::Stack => (44, 14),
        _ => (100, 30),
    };
    let mut viewer = Viewer::new(width, height);
    let region = variable("region", &["eu", "us"]);
    viewer.snapshot.variables = [variable_state(&region, &["eu"])].into();
    viewer.config.dashboards[0].variables = vec![region];
    viewer.focus_on(match place {
        Place::Grid | Place::Table => "latest",
        Place::Stack => "orders",
        Place::CrossHair | Place::Paused => "traffic",
    });
    let focus = viewer.ui.focus;
    viewer.config.dashboards[0].panels[focus].link = Some(Link {
        dashboard: "Sales".into(),
        variables: Vec::new(),
    });
    viewer.ui.full_screen = matches!(place, Place::Table);
    viewer.ui.range = Some(RangeSpec::parse("3h").unwrap());
    viewer.ui.kiosk = Some(Kiosk::new(Duration::from_secs(30)));
    viewer.ui.paused = matches!(place, Place::Paused);
    if matches!(place, Place::Paused) {
        viewer.snapshot.links.feed = Some(Feed {
            is_silent: true,
            own: Own::Could,
            ..Feed::default()
        });
    }
    viewer.ui.came_from = vec![Visit {
        dashboard: 1,
        focus: 0,
        full_screen: false,
        variables: Selection::new(),
    }];
    if matches!(place, Place::CrossHair) {
        viewer.ui.holds_cross_hair = true;
        let layout = viewer.layout();
        let plot = layout.plots.iter().find(|plot| plot.panel == focus);
        viewer.ui.cross_hair = plot.map(|plot| plot.moment(plot.area.x + 30)).or(Some(NOW));
    }
    viewer
}

fn asked<T>(viewer: &Viewer, ask: impl FnOnce(&Situation<'_>) -> T) -> T {
    let layout = viewer.layout();
    ask(&Situation {
        ui: &viewer.ui,
        config: &viewer.config,
        layout: &layout,
        snapshot: &viewer.snapshot,
    })
}

/// What can be done here, each with its first key.
fn valid(viewer: &Viewer) -> Vec<(Key, Action)> {
    let all = asked(viewer, |now| -> Vec<(Key, Action)> {
        let lines = keys::valid(now);
        lines.flat_map(|line| line.keys.into_owned()).collect()
    });
    let mut seen = BTreeSet::new();
    let mut once = Vec::new();
    for (key, action) in all {
        let exists = !matches!(action, Action::Dashboard(index) if index >= 3);
        if exists && seen.insert(action.name()) {
            once.push((key, action));
        }
    }
    once
}

/// Not a line of the palette by that name, and why.
fn palette_leaves_out(action: Action) -> Option<&'static str> {
    match action {
        Action::Palette => Some("it is open"),
        Action::Dashboard(_) => Some("dashboards are offered by their names"),
        _ => None,
    }
}

fn lines_of_palette(viewer: &Viewer) -> Vec<String> {
    let Some(Overlay::Commands(commands)) = &viewer.ui.overlay else {
        panic!("no palette");
    };
    let items = asked(viewer, |now| commands.items(now, Glyphs::Braille));
    items.into_iter().map(|item| item.text).collect()
}

/// What came of it: the state once a further event has settled it, and what is asked of the session besides
/// drawing.
fn outcome(viewer: &mut Viewer, effect: Effect) -> (Ui, Option<Effect>) {
    viewer.send(&Event::Release(0, 0));
    let effect = Some(effect).filter(|effect| !matches!(effect, Effect::None | Effect::Redraw));
    (viewer.ui.clone(), effect)
}

fn by_key(place: Place, key: Key) -> (Ui, Option<Effect>) {
    let mut viewer = at(place);
    let effect = viewer.key(key);
    outcome(&mut viewer, effect)
}

/// Opens the palette with the mouse alone: by its word in the status line, else by its line of the help.
fn palette_by_mouse(viewer: &mut Viewer) {
    let spot = |viewer: &Viewer, wanted: Action| {
        let layout = viewer.layout();
        let found = layout.spots.iter().find(|(_, action)| *action == wanted);
        found.map(|(area, _)| (area.x, area.y))
    };
    if let Some(cell) = spot(viewer, Action::Palette) {
        viewer.click(cell);
        return;
    }
    let help = spot(viewer, Action::Help).expect("the help is always in the status line");
    viewer.click(help);
    for _ in 0..30 {
        if viewer.picture().contains("find a command") {
            break;
        }
        viewer.send(&Event::Wheel(
            viewer.screen.width / 2,
            viewer.screen.height / 2,
            1,
        ));
    }
    let line = viewer.find("find a command");
    viewer.click(line);
}

fn by_mouse(place: Place, action: Action) -> (Ui, Option<Effect>) {
    let mut viewer = at(place);
    palette_by_mouse(&mut viewer);
    let at = lines_of_palette(&viewer)
        .iter()
        .position(|line| line == action.words())
        .unwrap_or_else(|| panic!("{action:?} is not in the palette"));
    // The wheel until the line is in sight, then the line.
    let area = Commands::place(lines_of_palette(&viewer).len(), viewer.screen).list;
    viewer.send(&Event::Wheel(area.x, area.y, i8::try_from(at).unwrap()));
    let words = action.words();
    let picture = viewer.picture();
    let row = (area.top()..area.bottom()).find(|y| {
        let line = picture.lines().nth(usize::from(*y)).unwrap_or("");
        // A narrow list cuts words.
        let first: String = words.chars().take(20).collect();
        line.contains(&format!("▸ {first}"))
    });
    let row = row.unwrap_or_else(|| panic!("`{words}` is not in sight:\n{}", viewer.picture()));
    let effect = viewer.click((area.x + 2, row));
    outcome(&mut viewer, effect)
}

fn by_palette(place: Place, action: Action) -> (Ui, Option<Effect>) {
    let mut viewer = at(place);
    viewer.char(':');
    // The whole name of an action finds it before anything else.
    viewer.send(&Event::Paste(action.words().to_owned()));
    let effect = viewer.key(Key::Enter);
    outcome(&mut viewer, effect)
}

#[test]
fn the_palette_does_what_the_keys_do_for_every_action() {
    let mut missing: BTreeSet<&str> = keys::ALL
        .iter()
        .flat_map(|binding| binding.keys)
        .filter(|(_, action)| palette_leaves_out(*action).is_none())
        .map(|(_, action)| action.name())
        .collect();
    for place in PLACES {
        for (key, action) in valid(&at(place)) {
            if palette_leaves_out(action).is_some() {
                continue;
            }
            assert_eq!(
                by_palette(place, action),
                by_key(place, key),
                "{action:?} at {place:?}"
            );
            missing.remove(action.name());
        }
    }
    assert!(missing.is_empty(), "nowhere in the palette: {missing:?}");
}

#[test]
fn the_palette_by_mouse_does_what_the_keys_do_for_every_action() {
    for place in PLACES {
        for (key, action) in valid(&at(place)) {
            if palette_leaves_out(action).is_none() {
                assert_eq!(
                    by_mouse(place, action),
                    by_key(place, key),
                    "{action:?} at {place:?}"
                );
            }
        }
    }
}

#[test]
fn what_the_palette_leaves_out_is_in_it_by_name_or_opens_it() {
    for index in 0..3 {
        let mut viewer = at(Place::Grid);
        let name = viewer.config.dashboards[index].name.clone();
        viewer.char(':');
        let wanted = format!("dashboard {name}");
        assert!(lines_of_palette(&viewer).contains(&wanted), "{wanted}");
        viewer.type_in(&wanted);
        viewer.key(Key::Enter);
        assert_eq!(viewer.ui.dashboard, index);
    }
    let mut viewer = at(Place::Grid);
    palette_by_mouse(&mut viewer);
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Commands(_))));
}

/// What the mouse does where it is, without any list; or why there is no such place on the screen.
fn place_on_screen(action: Action) -> Result<&'static str, &'static str> {
    match action {
        Action::Help
        | Action::Quit
        | Action::FullScreen
        | Action::Palette
        | Action::Jump
        | Action::Ranges
        | Action::Variables
        | Action::Compare
        | Action::Zoom(_)
        | Action::CrossHair
        | Action::FollowLink
        | Action::Back
        | Action::Inspect
        | Action::Refresh
        | Action::Pause
        | Action::Live
        | Action::SortRows
        | Action::FilterRows
        | Action::ChooseColumns
        | Action::OpenCell
        | Action::Close
        | Action::EndKiosk
        | Action::PollMyself
        | Action::MoveCrossHair(-1 | 1)
        | Action::ScrollRows(Scroll::Lines(_))
        | Action::NextDashboard
        | Action::PreviousDashboard => Ok("a word of the status line"),
        Action::Dashboard(_) => Ok("a name in the header"),
        Action::NextPanel | Action::PreviousPanel | Action::Move(_) => {
            Err("a click goes to any panel at once")
        }
        Action::MoveCrossHair(_) => Err("the pointer itself moves the cross-hair"),
        Action::ScrollRows(_) | Action::ScrollStack(_) => Err("the wheel scrolls"),
        Action::ScrollColumns(_) => Err("a click puts the cursor on any column"),
        Action::Pan(_) | Action::Annotate | Action::Bundle | Action::Copy | Action::Theme => {
            Err("the status line has no room for every key; the palette and the help have")
        }
        Action::Suspend | Action::Repaint => {
            Err("what concerns the terminal itself has no place on the screen")
        }
    }
}

#[test]
fn what_has_a_place_on_the_screen_is_done_by_a_click_there() {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for place in PLACES {
        let mut viewer = at(place);
        // Wide enough for every word.
        if !matches!(place, Place::Stack) {
            viewer.screen.width = 300;
        }
        for (area, action) in viewer.layout().spots {
            let fresh = || {
                let mut fresh = at(place);
                fresh.screen = viewer.screen;
                fresh
            };
            let mut clicked = fresh();
            let effect = clicked.click((area.x, area.y));
            let by_click = outcome(&mut clicked, effect);
            let key = asked(&viewer, |now| {
                let lines = keys::valid(now);
                let mut keys = lines.flat_map(|line| line.keys.into_owned());
                keys.find(|(_, known)| *known == action).map(|(key, _)| key)
            });
            let Some(key) = key else {
                panic!("{action:?} is on the screen at {place:?} without a key");
            };
            let mut pressed = fresh();
            let effect = pressed.key(key);
            assert_eq!(
                by_click,
                outcome(&mut pressed, effect),
                "{action:?} at {place:?}"
            );
            found.insert(action.name());
        }
    }
    let actions = keys::ALL.iter().flat_map(|binding| binding.keys);
    for (_, action) in actions.filter(
        |(_, action)| !matches!(action, Action::Dashboard(index) if *index == 0 || *index >= 3),
    ) {
        match place_on_screen(*action) {
            Ok(place) => assert!(
                found.contains(action.name()),
                "{action:?} is not found as {place}"
            ),
            Err(why) => assert!(!found.contains(action.name()), "{action:?}: {why}"),
        }
    }
}

#[test]
fn keys_for_the_database_say_at_once_why_they_do_nothing() {
    let said = |key: char, feed: Option<(Own, bool)>| {
        let mut viewer = Viewer::new(160, 50);
        viewer.snapshot.links.feed = feed.map(|(own, is_silent)| Feed {
            own,
            is_silent,
            ..Feed::default()
        });
        let effect = viewer.char(key);
        let said = viewer.ui.said.take().map(|(_, words)| words);
        (effect, viewer.ui.overlay, said.unwrap_or_default())
    };
    for (key, feed, words) in [
        ('a', Some((Own::Cannot, false)), "the feed takes no notes"),
        ('P', None, "not a feed"),
        ('P', Some((Own::Cannot, true)), "only the feed can be asked"),
        ('P', Some((Own::Could, false)), "the feed is alive"),
    ] {
        let (effect, open, said) = said(key, feed);
        assert_eq!((effect, open), (Effect::Redraw, None), "{key} {feed:?}");
        assert!(said.contains(words), "{key} {feed:?}: {said}");
    }
    // Where they do something, they say nothing.
    let (_, open, words) = said('a', Some((Own::Could, false)));
    assert!(matches!(open, Some(Overlay::Note(_))) && words.is_empty());
    for feed in [(Own::Could, true), (Own::Polls, false)] {
        let (effect, _, words) = said('P', Some(feed));
        assert_eq!((effect, words.as_str()), (Effect::PollMyself, ""));
    }
}
