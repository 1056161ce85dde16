use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::{Area, DebianVersion, EntryPath, PackageName};

fn package() -> PackageName {
    PackageName::new("libfoo++").unwrap()
}

fn version(text: &str) -> DebianVersion {
    DebianVersion::new(text).unwrap()
}

fn path(bytes: impl Into<Vec<u8>>) -> EntryPath {
    EntryPath::new(bytes).unwrap()
}

const LAYOUTS: [Layout; 4] = [
    Layout { encoding: Encoding::Gzip, links: LinkStyle::Clean },
    Layout { encoding: Encoding::Plain, links: LinkStyle::Clean },
    Layout { encoding: Encoding::Gzip, links: LinkStyle::File },
    Layout { encoding: Encoding::Plain, links: LinkStyle::File },
];

#[test]
fn addresses_are_those_of_debsources() {
    let (package, version, area) = (package(), version("1:2.0~rc1+b"), Area::new("main").unwrap());
    let file = path(&b"caf\xe9/a b%.c"[..]);
    let url = |address: Address<'_>| address.url();
    assert_eq!(url(Address::Home), "/");
    assert_eq!(url(Address::CopyrightPackage(&package)), "/copyright/license/libfoo%2B%2B/");
    assert_eq!(url(Address::CopyrightVersion(&package, &version)), "/copyright/license/libfoo%2B%2B/1%3A2.0~rc1%2Bb/");
    assert_eq!(url(Address::Prefix("libf")), "/prefix/libf/");
    assert_eq!(url(Address::Package(&package)), "/src/libfoo%2B%2B/");
    assert_eq!(url(Address::Version(&package, &version)), "/src/libfoo%2B%2B/1%3A2.0~rc1%2Bb/");
    assert_eq!(url(Address::File(&package, &version, &file)), "/src/libfoo%2B%2B/1%3A2.0~rc1%2Bb/caf%E9/a%20b%25.c");
    assert_eq!(
        Address::Raw(&area, &package, &version, &file).output_path(LAYOUTS[0]),
        b"data/main/libf/libfoo++/1:2.0~rc1+b/caf\xe9/a b%.c"
    );
}

#[test]
fn names_that_could_meet_a_page_of_ours_get_a_tilde() {
    let (package, version) = (package(), version("1"));
    let output = |address: Address<'_>| String::from_utf8(address.output_path(LAYOUTS[1])).unwrap();
    let file = |name: &str| output(Address::File(&package, &version, &path(name)));
    let folder = |name: &str| output(Address::Folder(&package, &version, &path(name)));
    assert_eq!(folder("a"), "src/libfoo++/1/a/index.html");
    assert_eq!(file("a/b"), "src/libfoo++/1/a/b.html");
    assert_eq!(file("a/index"), "src/libfoo++/1/a/index~.html");
    assert_eq!(file("a/index~"), "src/libfoo++/1/a/index~~.html");
    assert_eq!(file("a/index.html"), "src/libfoo++/1/a/index.html.html");
    assert_eq!(folder("b.html"), "src/libfoo++/1/b.html~/index.html");
    assert_eq!(folder("b.html.gz~"), "src/libfoo++/1/b.html.gz~~/index.html");
    assert_eq!(file("x.html/index.html/y"), "src/libfoo++/1/x.html~/index.html~/y.html");
    assert_eq!(Address::File(&package, &version, &path("index")).url(), "/src/libfoo%2B%2B/1/index");
    let odd = DebianVersion::new("index.html").unwrap();
    assert_eq!(output(Address::Version(&package, &odd)), "src/libfoo++/index.html~/index.html");
}

#[test]
fn a_name_of_any_length_fits() {
    let (package, version) = (package(), version("1"));
    for length in [239, 240, 241, 255, 1000] {
        let name = path(vec![b'x'; length]);
        for address in [Address::File(&package, &version, &name), Address::Folder(&package, &version, &name)] {
            let output = address.output_path(LAYOUTS[0]);
            assert!(output.split(|&byte| byte == b'/').all(|part| part.len() <= 255), "{length}");
        }
    }
}

#[test]
fn without_rules_only_images_keep_their_names() {
    let (package, version, area) = (package(), version("1"), Area::new("main").unwrap());
    let output = |name: &str| {
        let output = Address::Raw(&area, &package, &version, &path(name)).output_path(LAYOUTS[3]);
        String::from_utf8(output).unwrap().split_off("data/main/libf/libfoo++/1/".len())
    };
    assert_eq!(output("a/b.PNG"), "a/b.PNG");
    for name in ["README", "a.html", "a.txt", "a.html.png", ".png", "a.svg", ".htaccess", "index.php"] {
        assert_eq!(output(name), format!("{name}.txt"));
    }
    assert_eq!(output("a.txt/b"), "a.txt~/b.txt");
}

#[test]
fn links_are_relative_and_right_in_both_styles() {
    let (package, version, area) = (package(), version("1"), Area::new("main").unwrap());
    let (deep, sibling, index) = (path("a/b/c"), path("a/d"), path("a/index"));
    let here = Address::File(&package, &version, &deep);
    let link = |to: Address<'_>, style| to.link_from(&here, style);
    for (to, clean, file) in [
        (Address::File(&package, &version, &sibling), "../d", "../d.html"),
        (Address::File(&package, &version, &index), "../index", "../index~.html"),
        (Address::Folder(&package, &version, &deep.parent().unwrap()), "./", "index.html"),
        (Address::Version(&package, &version), "../../", "../../index.html"),
        (Address::Home, "../../../../../", "../../../../../index.html"),
        (
            Address::Raw(&area, &package, &version, &deep),
            "../../../../../data/main/libf/libfoo%2B%2B/1/a/b/c",
            "../../../../../data/main/libf/libfoo%2B%2B/1/a/b/c.txt",
        ),
    ] {
        assert_eq!(link(to, LinkStyle::Clean), clean);
        assert_eq!(link(to, LinkStyle::File), file);
    }
    assert_eq!(Address::Home.link_from(&Address::Home, LinkStyle::Clean), "./");
    assert_eq!(Address::Failures.link_from(&Address::NotFound, LinkStyle::Clean), "/info/failures/");
    assert_eq!(here.depth(), 5);
}

#[test]
fn a_redirect_never_leaves_the_site() {
    let resolver = Resolver::new(LAYOUTS[0], Vec::new());
    for request in
        ["//evil.example/a", "/src/../../etc/passwd", "/src/p/\0", "src", "", "/data//x", "/.debpress/README"]
    {
        assert_eq!(resolver.resolve(request.as_bytes(), &|_| true), Answer::NotFound, "{request}");
    }
    let Answer::Redirect { location, .. } = resolver.resolve(b"/\\evil/x", &|path| path.ends_with(b"x/index.html.gz"))
    else {
        panic!("no redirect")
    };
    assert_eq!(location, "/%5Cevil/x/");
}

#[test]
fn addresses_of_older_sites_lead_on() {
    let published: Vec<&[u8]> =
        vec![b"src/p/1/a/index.html.gz", b"src/p/1/a/b.html.gz", b"src/p/1/d.html~/index.html.gz"];
    let moved = Moved {
        package: PackageName::new("p").unwrap(),
        version: version("1"),
        from: Area::new("contrib").unwrap(),
        to: Area::new("main").unwrap(),
    };
    let resolver = Resolver::new(LAYOUTS[0], vec![moved]);
    let answer = |request: &str| match resolver.resolve(request.as_bytes(), &|path| published.contains(&path)) {
        Answer::Redirect { status, location } => format!("{status} {location}"),
        Answer::File { output_path, .. } => String::from_utf8(output_path).unwrap(),
        Answer::NotFound => "404".to_owned(),
    };
    assert_eq!(answer("/src/p/1/a/b/"), "308 /src/p/1/a/b");
    assert_eq!(answer("/src/p/1/a"), "301 /src/p/1/a/");
    assert_eq!(answer("/src/p/1/a/b.html"), "src/p/1/a/b.html.gz");
    assert_eq!(answer("/src/p/1/d.html"), "301 /src/p/1/d.html~/");
    assert_eq!(answer("/src/p/1/d.html/x y"), "308 /src/p/1/d.html~/x%20y");
    assert_eq!(answer("/src/p/1/a/none"), "404");
    assert_eq!(answer("/data/contrib/p/p/1/a?b"), "301 /data/main/p/p/1/a%3Fb");
    assert_eq!(answer("/data/contrib/p/p/10/a"), "404");
}

/// Components that packages may have, most of them chosen to hurt.
fn component() -> impl Strategy<Value = Vec<u8>> {
    let stem = prop_oneof![
        Just(b"index".to_vec()),
        Just(b"x".to_vec()),
        Just(b"404".to_vec()),
        Just(b"%2e%2E?#".to_vec()),
        Just(b"\xe9\n \\".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..4),
        Just(vec![b'y'; 240]),
        Just(vec![b'y'; 241]),
        Just(component::shortened(&[b'y'; 241]).into_owned()),
    ];
    let end = proptest::sample::select(vec![".html", ".html.gz", "~", ".txt", ".png", ".gz", ""]);
    (stem, proptest::collection::vec(end, 0..3))
        .prop_map(|(stem, ends)| [stem, ends.concat().into_bytes()].concat())
        .prop_filter("a component", |name| {
            !matches!(&name[..], b"" | b"." | b"..") && !name.contains(&b'/') && !name.contains(&0)
        })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Folder,
    File,
}

/// The things of a version: no file has anything below it.
fn things() -> impl Strategy<Value = BTreeMap<Vec<u8>, Thing>> {
    let names = proptest::collection::vec(component(), 1..7);
    let places = proptest::collection::vec(proptest::collection::vec(0_usize..6, 1..4), 1..30);
    (names, places).prop_map(|(names, places)| {
        let mut things = BTreeMap::new();
        for place in places {
            let parts: Vec<&[u8]> = place.iter().map(|&at| &names[at % names.len()][..]).collect();
            let folders: Vec<Vec<u8>> = (1..parts.len()).map(|end| parts[..end].join(&b'/')).collect();
            let file = parts.join(&b'/');
            let fits = folders.iter().all(|folder| things.get(folder) != Some(&Thing::File));
            if fits && !things.contains_key(&file) {
                things.extend(folders.into_iter().map(|folder| (folder, Thing::Folder)));
                things.insert(file, Thing::File);
            }
        }
        things
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// No two things share an output path, nothing lies below a file, and every page and raw file is the answer to
    /// a request for its address.
    #[test]
    fn everything_has_its_own_place_and_is_found_there(
        things in things(),
        odd_version in any::<bool>(),
        layout in proptest::sample::select(LAYOUTS.to_vec()),
    ) {
        let (package, area) = (package(), Area::new("main").unwrap());
        let version = version(if odd_version { "index.html" } else { "1:2~3" });
        let paths: Vec<(EntryPath, Thing)> = things.into_iter().map(|(at, thing)| (path(at), thing)).collect();
        let mut addresses = vec![
            Address::Home,
            Address::Failures,
            Address::Package(&package),
            Address::Version(&package, &version),
            Address::Map(&package),
            Address::FileList(&package, &version),
        ];
        let alike = DebianVersion::new(&format!("{version}.spdx")).unwrap();
        for version in [&version, &alike] {
            addresses.extend(BomFormat::ALL.map(|format| Address::BillOfMaterials(&package, version, format)));
            addresses.extend([Address::SymbolsDocument(&package, version), Address::CopyrightDocument(&package, version)]);
        }
        for (path, thing) in &paths {
            match thing {
                Thing::Folder => addresses.push(Address::Folder(&package, &version, path)),
                Thing::File => {
                    addresses.push(Address::File(&package, &version, path));
                    addresses.push(Address::Raw(&area, &package, &version, path));
                }
            }
        }
        let mut published = BTreeMap::new();
        for address in &addresses {
            let other = published.insert(address.output_path(layout), *address);
            prop_assert_eq!(other, None);
        }
        for output in published.keys() {
            for (at, _) in output.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
                prop_assert!(!published.contains_key(&output[..at]), "{}", output.escape_ascii());
            }
        }
        let resolver = Resolver::new(layout, Vec::new());
        for (output, address) in &published {
            let request = match layout.links {
                LinkStyle::Clean => address.url(),
                LinkStyle::File => format!("/{}", address.link_from(&Address::Home, LinkStyle::File)),
            };
            match resolver.resolve(&decode(&request).unwrap(), &|path| published.contains_key(path)) {
                Answer::File { output_path, .. } => prop_assert_eq!(&output_path, output),
                other => prop_assert!(false, "{} {:?}", request, other),
            }
        }
    }

    #[test]
    fn following_a_link_leads_to_its_address(names in proptest::collection::vec(component(), 3..8)) {
        let (package, version) = (package(), version("1"));
        let [from, to] = [&names[..1 + names.len() / 2], &names[names.len() / 3..]].map(|part| path(part.join(&b'/')));
        let pages = |path| [Address::File(&package, &version, path), Address::Folder(&package, &version, path)];
        for from in pages(&from) {
            for to in pages(&to) {
                let link = to.link_from(&from, LinkStyle::Clean);
                prop_assert_eq!(followed(&from.url(), &link), to.url());
            }
        }
    }
}

/// What a browser makes of a relative link (RFC 3986, 5.2).
fn followed(base: &str, link: &str) -> String {
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn addresses_of_older_sites_lead_to_pages() {
    let resolver = Resolver::new(LAYOUTS[0], Vec::new());
    let led = |path: &str, published: &[&str]| {
        let exists = |path: &[u8]| published.iter().any(|it| it.as_bytes() == path);
        match resolver.answer(path.as_bytes(), &exists, &|_, _| None) {
            Answer::Redirect { status: 302, location } => location,
            answer => format!("{answer:?}"),
        }
    };
    assert_eq!(led("/copyright/file/p/1:2/a b", &[]), "/src/p/1%3A2/a%20b");
    assert_eq!(led("/copyright/list/3/", &[]), "/copyright/");
    assert_eq!(led("/copyright/list", &[]), "/copyright/");
    assert_eq!(led("/patches/summary/p/1/", &[]), "/patches/p/1/");
    assert_eq!(led("/patches/list/2/", &[]), "/patches/");
    assert_eq!(led("/patches/api/p/", &[]), "/info/json/debsources-patches/p.json");
    assert_eq!(led("/patches/api/p/1:2", &[]), "/info/json/debsources-patches/p~1%3A2.json");
    assert!(led("/list/", &["list/index.html.gz"]).starts_with("File"), "a page of ours goes before");
    for nothing in ["/patches/p/", "/copyright/file", "/doctor", "/patches/api/p/1/x/", "/list/../x", "/sha256/x"] {
        assert_eq!(led(nothing, &[]), "NotFound", "{nothing}");
    }
}

#[test]
fn no_two_routes_are_for_the_same_address() {
    let is_sorted = ROUTES.windows(2).all(|two| two[0].from < two[1].from);
    assert!(is_sorted);
    for Route { from, below, .. } in ROUTES.iter().filter(|route| route.below != Below::None) {
        let inner = ROUTES.iter().find(|other| other.from.starts_with(&format!("{from}/")));
        assert!(inner.is_none(), "{from} {below:?}: {inner:?}");
    }
}
