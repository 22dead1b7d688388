"""What `init` sees in a repository, what it writes, and that its files work at once."""

from __future__ import annotations

import json
import re
import subprocess
import time
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from disclosure_check import hook_entry
from disclosure_check.cli import cli
from disclosure_check.config import load_config
from disclosure_check.layouts import find_called, find_layout, read_site, shown_around, shown_in_place
from disclosure_check.rulebook import load_rulebook
from disclosure_check.survey import find_generator, survey

RULEBOOK = load_rulebook()
LINK = "A [lamp](https://amzn.to/3xYzAb1) for the desk."
NOTE = "I earn a commission when you buy through these links."
EVERYTHING = ["affiliate", "discount"]


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(**files: str):
        for name, text in files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
        return tmp_path

    (tmp_path / ".git").mkdir()
    return make


def page(keys: str = "title: A lamp", body: str = "A lamp.") -> str:
    return f"---\n{keys}\n---\n{body}\n"


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == code, result.output
    return result.output


def config():
    return load_config(Path("disclosure-check.toml"))


def seen():
    return survey(Path(), RULEBOOK, ".")


# --- the generator ----------------------------------------------------------------------------------------------------

GENERATORS = {
    "Hugo": ("Hugo", {"hugo.toml": ""}),
    "Hugo, older": ("Hugo", {"config.toml": "", "content/a.md": "a"}),
    "Hugo, in a folder": ("Hugo", {"config/_default/hugo.toml": ""}),
    "Jekyll": ("Jekyll", {"_config.yml": ""}),
    "Eleventy": ("Eleventy", {".eleventy.js": ""}),
    "Eleventy 3": ("Eleventy", {"eleventy.config.js": ""}),
    "Astro": ("Astro", {"astro.config.mjs": ""}),
    "Docusaurus": ("Docusaurus", {"docusaurus.config.ts": ""}),
    "Next": ("Next", {"next.config.js": ""}),
    "Gatsby": ("Gatsby", {"gatsby-config.js": ""}),
    "none": (None, {"config.toml": "", "a.md": "a"}),
}


@pytest.mark.parametrize(("name", "files"), GENERATORS.values(), ids=GENERATORS)
def test_the_generator_is_known_by_its_files(name, files, repo):
    assert find_generator(repo(**files))[0] == name


# --- posts and files that are none ------------------------------------------------------------------------------------


def test_where_the_posts_are(repo):
    repo(**{"astro.config.mjs": "", "src/content/blog/a.md": page(), "src/content/blog/b.md": page(), "src/pages/about.md": page()})
    assert seen().folders == {"src/content": 2, "src/pages": 1}


def test_a_site_in_a_folder(repo):
    repo(
        **{
            "README.md": "A",
            "blog/hugo.toml": "",
            "blog/content/news/a.md": page(body=f"{LINK}\n\nMore of it."),
            "blog/static/a.md": "A",
            "blog/layouts/_default/single.html": f"{NOTE}{{{{ .Content }}}}",
        }
    )
    assert (seen().generator_file, dict(seen().folders)) == ("blog/hugo.toml", {"blog/content": 1})
    run("init")
    assert config().exclude == ("/README.md", "/blog/layouts/", "/blog/static/")
    run("check", ".")


LEFT_OUT = {
    "about the repository": ({"README.md": "a", "LICENSE.txt": "a"}, ["/LICENSE.txt", "/README.md"]),
    "templates": ({"_layouts/post.html": "{{ content }}", "_includes/a/b.html": "b"}, ["/_includes/", "/_layouts/"]),
    "a page that is a template": ({"index.html": "---\ntitle: A\n---\n{% for post in site.posts %}{% endfor %}"}, ["/index.html"]),
    "an empty file": ({"_posts/b.md": " \n"}, ["/_posts/b.md"]),
    "a text without front matter outside the posts": ({"notes/a.md": "a"}, ["/notes/"]),
    "a table of data": ({"_posts/prices.csv": "item,price\nlamp,3\n"}, ["/_posts/prices.csv"]),
    "a post in another language": ({"_posts/c.md": page("lang: de")}, ["/_posts/c.md"]),
    "a name with signs": ({"_posts/[a]!.md": ""}, [r"/_posts/\[a\]\!.md"]),
    "nothing": ({"_posts/c.md": page(), "about.md": page()}, []),
}


@pytest.mark.parametrize(("files", "globs"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_a_check_is_to_leave_out(files, globs, repo):
    repo(**{"_config.yml": "", "_posts/a.md": page(), **files})
    assert [item.glob for item in seen().left_out] == globs
    run("init")
    assert list(config().exclude) == globs
    run("check", ".")


def test_affiliate_links_are_counted(repo):
    repo(**{"a.md": f"{LINK}\n\n{LINK}", "b.md": "[a](https://example.org)"})
    assert (seen().links, dict(seen().networks)) == (2, {"Amazon Associates": 2})


# --- facts ------------------------------------------------------------------------------------------------------------

FACTS = {
    "a flag": (["sponsored: true"], [("sponsored", True, "paid", True, None)]),
    "a flag that is always off": (["sponsored: false", "sponsored:"], []),
    "a flag with a word for off": (["sponsored: 'no'", "sponsored: 'yes'"], [("sponsored", True, "paid", False, None)]),
    "a name": (["sponsor: Lumo"], [("sponsor", True, "paid", True, "sponsor")]),
    "a name in a table": (["sponsor: { name: Lumo, url: x }"], [("sponsor", True, "paid", True, "sponsor.name")]),
    "a name within params": (["params: { sponsored_by: Lumo }"], [("params.sponsored_by", True, "paid", True, "params.sponsored_by")]),
    "other spellings": (["isSponsored: true", "affiliate-links: true"], [("affiliate-links", True, "affiliate", True, None), ("isSponsored", True, "paid", True, None)]),
    "a key that may mean anything": (["partner: Lumo"], [("partner", True, "paid", False, "partner")]),
    "ads of the page": (["ads: true"], []),
    "a tag": (["tags: [lamps, Sponsored Post]"], [("tags", "sponsored post", "paid", True, None)]),
    "a tag that may be a topic": (["tags: [advertising]"], [("tags", "advertising", "paid", False, None)]),
    "a category alone": (["category: gifted"], [("category", "gifted", "gift", True, None)]),
    "a layout": (["layout: sponsored"], [("layout", "sponsored", "paid", True, None)]),
    "our own table": (["disclosure: { connection: paid }"], []),
    "the site's own disclosure": (["disclosure: true"], [("disclosure", True, "affiliate", False, None)]),
    "nothing": (["tags: [adventure, gift-guide]\npaid_by_card: 1"], []),
}  # fmt: skip


@pytest.mark.parametrize(("keys", "facts"), FACTS.values(), ids=FACTS)
def test_keys_that_look_like_facts(keys, facts, repo):
    repo(**{"_config.yml": "", **{f"_posts/{number}.md": page(text) for number, text in enumerate(keys)}})
    assert [(fact.key, fact.value, fact.connection, fact.is_sure, fact.brand_key) for fact in seen().facts] == facts
    run("init")
    assert len(config().facts) == sum(1 for fact in facts if fact[3])


def test_links_turn_a_guess_into_a_fact(repo):
    repo(**{"a.md": page("tags: [affiliate]", LINK), "b.md": page("tags: [affiliate]")})
    assert [fact.is_sure for fact in seen().facts] == [True]


def test_folders_that_look_like_facts(repo):
    repo(**{"content/sponsored/a.md": page(), "content/partners/b.md": page(), "content/news/c.md": page()})
    run("init")
    assert [(fact.paths, fact.connections) for fact in config().facts] == [(("/content/sponsored/",), ("paid",))]
    assert '# paths = ["/content/partners/"]' in Path("disclosure-check.toml").read_text()


# --- templates --------------------------------------------------------------------------------------------------------


def shown(kind: str, name: str):
    site = read_site(Path(), RULEBOOK)
    if kind == "layout":
        found = find_layout(name, site)
        return [] if found is None else shown_around(found, site)
    called = find_called(name, site)
    return [] if called is None else shown_in_place(called, site)


IN_PLACE = {
    "Hugo's shortcode": ("layouts/shortcodes/aff.html", f"<p>{NOTE}</p>", "aff"),
    "a theme's shortcode": ("themes/a/layouts/shortcodes/aff.html", f"<p>{NOTE}</p>", "aff"),
    "a newer shortcode": ("layouts/_shortcodes/aff.html", f"<p>{NOTE}</p>", "aff"),
    "Jekyll's include": ("_includes/notes/aff.html", f"<p>{NOTE}</p>", "notes/aff.html"),
    "Eleventy's include": ("src/_includes/aff.njk", f"<p>{NOTE}</p>", "aff.njk"),
    "a component of React": ("src/components/Aff.jsx", f"import x from 'y';\nexport default function Aff() {{\n  return (\n    <p>{NOTE}</p>\n  );\n}}\n", "Aff"),
    "a component of Astro": ("src/components/Aff.astro", f"---\nconst ad = 'sponsored';\n---\n<p>{NOTE}</p>\n", "Aff"),
    "a component in its folder": ("src/components/Aff/index.tsx", f"export const Aff = () => <p>{NOTE}</p>;\n", "Aff"),
    "bold inside": ("layouts/shortcodes/aff.html", NOTE.replace("a commission", "<b>a commission</b>"), "aff"),
    "wrapped": ("layouts/shortcodes/aff.html", NOTE.replace(" when", "\n  when"), "aff"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "name"), IN_PLACE.values(), ids=IN_PLACE)
def test_words_in_a_shortcode_include_or_component(path, text, name, repo):
    repo(**{path: text})
    (found,) = shown("include", name)
    assert (found.source, found.where, dict(found.keys), found.doubts, sorted(found.covers)) == (path, "place", {}, (), EVERYTHING)
    assert text.splitlines()[found.line - 1].find("I earn") >= 0


NO_WORDS = {
    "in a comment": f"<!-- {NOTE} --><p>A</p>",
    "in a template's comment": f"{{{{/* {NOTE} */}}}}<p>A</p>",
    "in Liquid's comment": f"{{% comment %}}{NOTE}{{% endcomment %}}<p>A</p>",
    "in a tag": "{{ if .Params.commission }}I earn money{{ end }}",
    "in a script": f"<script>var x = '{NOTE}'</script>",
    "about something else": "<p>The commission for fisheries met.</p>",
}


@pytest.mark.parametrize("text", NO_WORDS.values(), ids=NO_WORDS)
def test_words_that_readers_do_not_see(text, repo):
    repo(**{"layouts/shortcodes/aff.html": text})
    assert shown("include", "aff") == []


DOUBTS = {
    "a display ad": ("<div>Advertisement</div><ins class='adsbygoogle'></ins>", "may label a display ad"),
    "hidden words": (f'<p style="display:none">{NOTE}</p>', "these words are hidden"),
    "a condition of its own": (
        f'{{{{ if .Get "long" }}}}<p>{NOTE}</p>{{{{ end }}}}',
        'a condition that only the site knows: if .Get "long"',
    ),
}


def test_unclear_words_count_as_such(repo):
    repo(**{"hugo.toml": "", "content/a.md": page(body="{{< note >}}"), "layouts/shortcodes/note.html": "<p>In partnership with Lumo.</p>"})
    run("init")
    assert [(renderer.name, renderer.is_unclear) for renderer in config().renders] == [("note", True)]
    assert "unclear to readers" in Path("disclosure-check.toml").read_text()


@pytest.mark.parametrize(("text", "doubt"), DOUBTS.values(), ids=DOUBTS)
def test_what_is_in_doubt_is_said_and_does_not_count(text, doubt, repo):
    repo(**{"hugo.toml": "", "content/a.md": page(body="{{< note >}}"), "layouts/shortcodes/note.html": text})
    assert doubt in " ".join(shown("include", "note")[0].doubts)
    run("init")
    assert config().renders == ()
    told = Path("disclosure-check.toml").read_text()
    assert '# name = "note"' in told
    assert doubt in told


AROUND = {
    "above": ("_layouts/post.html", f"<p>{NOTE}</p>{{{{ content }}}}", "post", "top", {}),
    "below": ("_layouts/post.html", f"{{{{ content }}}}<p>{NOTE}</p>", "post", "bottom", {}),
    "Hugo, above": ("layouts/_default/single.html", f"<p>{NOTE}</p>{{{{ .Content }}}}", "single", "top", {}),
    "a theme's": ("themes/a/layouts/_default/single.html", f"{{{{ .Content }}}}<p>{NOTE}</p>", "single", "bottom", {}),
    "Astro": ("src/layouts/Post.astro", f"---\n---\n<article><slot /><p>{NOTE}</p></article>", "../../layouts/Post.astro", "bottom", {}),
    "React": ("src/layouts/Post.jsx", f"export default ({{children}}) => <main><p>{NOTE}</p>{{children}}</main>", "Post", "top", {}),
    "if a key is set": ("_layouts/post.html", f"{{% if page.aff %}}<p>{NOTE}</p>{{% endif %}}{{{{ content }}}}", "post", "top", {"aff": True}),
    "if a key is true": ("_layouts/post.html", f"{{% if page.aff == true %}}{NOTE}{{% endif %}}{{{{ content }}}}", "post", "top", {"aff": True}),
    "unless a key is set": ("_layouts/post.html", f"{{% unless page.quiet %}}{NOTE}{{% endunless %}}{{{{ content }}}}", "post", "top", {"quiet": False}),
    "else": ("_layouts/post.html", f"{{% if page.quiet %}}A{{% else %}}{NOTE}{{% endif %}}{{{{ content }}}}", "post", "top", {"quiet": False}),
    "if a tag is there": ("_layouts/post.html", f"{{% if page.tags contains 'aff' %}}{NOTE}{{% endif %}}{{{{ content }}}}", "post", "top", {"tags": "aff"}),
    "Hugo, if a key is set": ("layouts/_default/single.html", f"{{{{ with .Params.aff }}}}{NOTE}{{{{ end }}}}{{{{ .Content }}}}", "single", "top", {"aff": True}),
    "Hugo, equal": ("layouts/_default/single.html", f'{{{{ if eq .Params.kind "deal" }}}}{NOTE}{{{{ end }}}}{{{{ .Content }}}}', "single", "top", {"kind": "deal"}),
    "Hugo, in a list": ("layouts/_default/single.html", f'{{{{ if in .Params.tags "aff" }}}}{NOTE}{{{{ end }}}}{{{{ .Content }}}}', "single", "top", {"tags": "aff"}),
    "behind a condition's end": ("_layouts/post.html", f"{{% if page.toc %}}A{{% endif %}}{NOTE}{{{{ content }}}}", "post", "top", {}),
    "two keys": ("_layouts/post.html", f"{{% if page.aff and page.shop %}}{NOTE}{{% endif %}}{{{{ content }}}}", "post", "top", {"aff": True, "shop": True}),
    "Astro, if a key is set": ("src/layouts/Post.astro", f"---\n---\n{{frontmatter.aff && (<p>{NOTE}</p>)}}<slot />", "Post", "top", {"aff": True}),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "name", "where", "keys"), AROUND.values(), ids=AROUND)
def test_words_in_a_layout(path, text, name, where, keys, repo):
    repo(**{path: text})
    (found,) = shown("layout", name)
    assert (found.source, found.where, dict(found.keys), found.doubts) == (path, where, keys, ())


CHAINS = {
    "an include": ({"_layouts/post.html": "{{ content }}{% include aff.html %}", "_includes/aff.html": NOTE}, "bottom"),
    "an include of an include": (
        {"_layouts/post.html": "{% include a.html %}{{ content }}", "_includes/a.html": "{% include b.html %}", "_includes/b.html": NOTE},
        "top",
    ),
    "includes in a ring": (
        {"_layouts/post.html": "{% include a.html %}{{ content }}", "_includes/a.html": f"{NOTE}{{% include b.html %}}", "_includes/b.html": "{% include a.html %}"},
        "top",
    ),
    "a layout around": ({"_layouts/post.html": "---\nlayout: base\n---\n{{ content }}", "_layouts/base.html": f"{{{{ content }}}}{NOTE}"}, "bottom"),
    "Hugo's base": ({"layouts/_default/post.html": "{{ .Content }}", "layouts/_default/baseof.html": f'{NOTE}{{{{ block "main" . }}}}{{{{ end }}}}'}, "top"),
    "Hugo's partial": ({"layouts/_default/post.html": '{{ partial "n/aff.html" . }}{{ .Content }}', "layouts/partials/n/aff.html": NOTE}, "top"),
    "the text in a partial": (
        {"layouts/_default/post.html": '{{ partial "text.html" . }}' + NOTE, "layouts/partials/text.html": "{{ .Content }}"},
        "bottom",
    ),
    "Nunjucks": ({"_includes/layouts/post.njk": '{% extends "base.njk" %}', "_includes/layouts/base.njk": f"{NOTE}{{% block content %}}{{% endblock %}}"}, "top"),
    "a component": (
        {"src/layouts/post.astro": "---\n---\n<Aff /><slot />", "src/components/Aff.astro": f"<p>{NOTE}</p>"},
        "top",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "where"), CHAINS.values(), ids=CHAINS)
def test_words_that_a_layout_takes_from_elsewhere(files, where, repo):
    repo(**files)
    assert [(found.where, found.doubts) for found in shown("layout", "post")] == [(where, ())]


def test_a_layout_with_no_place_for_the_post_is_in_doubt(repo):
    repo(**{"_layouts/post.html": f"<p>{NOTE}</p>"})
    (found,) = shown("layout", "post")
    assert "can't be told" in found.doubts[0]


HOSTILE = {
    "comments without an end": "<!-- affiliate " * 13_000,
    "tags without an end": "{% affiliate {{ affiliate " * 7_000,
    "braces": "{affiliate&&<" * 15_000,
    "conditions": "{% if page.affiliate %}" * 8_000 + NOTE,
    "calls": "{% include a.html %}" * 9_000 + NOTE,
    "spaces": "{" + " " * 190_000 + "affiliate",
    "arrows": "=> return affiliate " * 9_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_template_costs_little(text, repo):
    repo(**{"_layouts/post.html": text, "_includes/a.html": text, "src/components/A.jsx": text})
    started = time.process_time()
    shown("layout", "post")
    shown("include", "a.html")
    assert time.process_time() - started < 20


# --- what is written --------------------------------------------------------------------------------------------------


def test_what_is_written_works_at_once(repo):
    repo(
        **{
            "_config.yml": "defaults:\n  - scope: { path: '', type: posts }\n    values: { layout: post }\n",
            "_layouts/post.html": f"{{% if page.aff %}}<p>{NOTE}</p>{{% endif %}}{{{{ content }}}}",
            "_posts/told.md": page("aff: true", LINK),
            "_posts/named.md": page("aff: true\nlayout: post", LINK),
            "_posts/untold.md": page("title: A", LINK),
        }
    )
    told = run("init")
    assert [(item.name, item.paths, item.keys, item.where) for item in config().renders] == [("post", ("_posts/",), {"aff": True}, "top")]
    assert "_posts (3)" in told
    report = json.loads(run("check", ".", "--claims", "never", "--format", "json", code=1))
    assert [(post["path"], finding["rule"]) for post in report["posts"] for finding in post["findings"]] == [("_posts/untold.md", "DC102")]


def test_hugos_sections_have_their_own_layouts(repo):
    repo(
        **{
            "hugo.toml": "",
            "layouts/_default/single.html": f"{NOTE}{{{{ .Content }}}}",
            "layouts/deals/single.html": f"{{{{ .Content }}}}{NOTE}",
            "content/deals/a.md": page(body=f"{LINK}\n\nMore of it."),
            "content/news/a.md": page(body=f"{LINK}\n\nMore of it."),
        }
    )
    run("init")
    report = json.loads(run("check", "content", "--claims", "never", "--format", "json"))
    assert [[finding["rule"] for finding in post["findings"]] for post in report["posts"]] == [["DC305"], []]


NASTY = 'a"]\n[x'


def test_names_of_the_repository_stay_within_their_strings(repo):
    repo(
        **{
            f"content/sponsored {NASTY}/a.md": page(),
            "content/b.md": page(f"tags: {json.dumps(NASTY)}\n{json.dumps('sponsor')}: {json.dumps(NASTY)}"),
        }
    )
    run("init")
    assert config().facts[0].brand_key == "sponsor"
    assert tomllib.loads(Path("disclosure-check.toml").read_text())


def test_an_empty_folder_is_no_error(repo):
    repo()
    assert "Posts:            0" in run("init")
    assert config().facts == ()


def test_existing_files_are_left_as_they_are(repo):
    files = {
        "disclosure-check.toml": 'platform = "blog"\n',
        "substantiation.toml": "# ours\n",
        ".pre-commit-config.yaml": "repos: []  # ours\n",
    }
    repo(**{"a.md": "A lamp.", **files})
    told = run("init")
    assert {name: Path(name).read_text() for name in files} == files
    assert told.count("left as it is") >= 3
    assert "- id: disclosure-check" in told  # for pasting


def test_a_second_run_writes_nothing(repo):
    repo(**{"a.md": "A lamp."})
    run("init")
    before = {path: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    run("init", "--hook")
    assert {path: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before


def test_a_configuration_in_a_shared_file_counts(repo):
    repo(**{"a.md": "A lamp.", "pyproject.toml": "[tool.disclosure-check]\n"})
    assert "left as it is pyproject.toml" in run("init")
    assert not Path("disclosure-check.toml").exists()


def test_the_first_baseline(repo):
    repo(**{"a.md": LINK})
    run("check", ".", code=1)
    assert "1 finding accepted in 1 file" in run("init", "--baseline")
    assert config().baseline == "disclosure-check.baseline"
    run("check", ".")


def test_a_baseline_for_another_folder(repo):
    repo(**{"site/a.md": LINK})
    assert "then run disclosure-check check site --config site/disclosure-check.toml\n" in run("init", "site", "--baseline")
    run("check", "site", "--config", "site/disclosure-check.toml")


def test_no_baseline_without_all_posts(repo):
    repo(**{"a.md": LINK, "b.md": "---\ntitle: [\n---\nA lamp.\n"})
    assert "b.md:" in run("init")
    Path("disclosure-check.toml").unlink()
    assert "b.md:" in run("init", "--baseline", code=2)
    assert config().baseline is None
    assert not Path("disclosure-check.baseline").exists()


def test_colors_are_for_terminals(repo, monkeypatch):
    repo(**{"a.md": "A lamp."})
    assert "\x1b" not in run("init")
    monkeypatch.setattr("disclosure_check.cli.use_color", lambda *_: True)
    assert "\x1b[1mGenerator" in run("init")


# --- the hook ---------------------------------------------------------------------------------------------------------

ENTRY = hook_entry.render_entry(["content"])
ADDED = yaml.safe_load(f"repos:\n{ENTRY}")["repos"][0]

CONFIGS = {
    "indented": "# ours\nrepos:\n  - repo: local  # a\n    hooks:\n      - id: x\n        args: [a, b]  # b\n\n# the end\ndefault_stages: [pre-commit]\n",
    "not indented": "repos:\n- repo: local\n  hooks:\n  - id: x\n",
    "without a line end": "repos:\n- repo: local\n  hooks:\n  - id: x",
    "Windows": "repos:\r\n- repo: local\r\n  hooks:\r\n  - id: x # a\r\nci: {}\r\n",
    "a block at the end": "repos:\n  - repo: local\n    hooks:\n      - id: x\n        exclude: |\n          a\n          b\n\nfail_fast: true\n",
    "empty": "repos: []  # none yet\nfail_fast: true\n",
    "not the last key": "repos:\n    - repo: meta\n      hooks:\n        - id: a\nexclude: ^b\n",
}


@pytest.mark.parametrize("text", CONFIGS.values(), ids=CONFIGS)
def test_an_entry_is_added_and_all_else_stays(text):
    changed = hook_entry.add_entry(text, ENTRY)
    assert changed is not None
    before, after = yaml.safe_load(text), yaml.safe_load(changed)
    assert after == {**before, "repos": [*before["repos"], ADDED]}
    left = iter(changed.splitlines(keepends=True))
    for line in text.replace("repos: []", "repos:").splitlines(keepends=True):
        assert any(line.strip() == other.strip() for other in left), line
    assert ("\r\n" in text) == ("\r\n" in changed)
    assert changed.count("\n") == changed.count("\r\n") or "\r\n" not in text


CLOSED = {
    "a list in one line": "repos: [{repo: meta, hooks: [{id: a}]}]\n",
    "no list": "repos: a\n",
    "no repos": "ci: {}\n",
    "no YAML": "repos: [\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", CLOSED.values(), ids=CLOSED)
def test_a_file_that_can_not_be_added_to_is_left(text, repo):
    repo(**{"a.md": "A lamp.", ".pre-commit-config.yaml": text})
    assert hook_entry.add_entry(text, ENTRY) is None
    assert "- id: disclosure-check" in run("init", "--hook")
    assert Path(".pre-commit-config.yaml").read_text() == text


def test_the_hook_is_added_when_asked(repo):
    repo(**{"a.md": "A lamp.", ".pre-commit-config.yaml": CONFIGS["indented"]})
    run("init")
    assert Path(".pre-commit-config.yaml").read_text() == CONFIGS["indented"]
    run("init", "--hook")
    assert "- id: disclosure-check" in Path(".pre-commit-config.yaml").read_text()


def chosen(*paths: str) -> list[str]:
    hook = yaml.safe_load(Path(".pre-commit-config.yaml").read_text())["repos"][0]["hooks"][0]
    kept = [path for path in paths if re.search(hook["files"], path)]
    return [path for path in kept if not ("exclude" in hook and re.search(hook["exclude"], path))]


def test_the_entry_takes_the_posts_alone(repo):
    repo(
        **{
            "_config.yml": "",
            "_posts/a.md": page(),
            "_posts/data.csv": "a,b\n1,2\n",
            "about.md": page(),
            "README.md": "A",
            "_layouts/a.html": "A",
        }
    )
    run("init")
    found = chosen(
        "_posts/a.md", "_posts/2026/new.md", "_posts/lamp.png", "_posts/data.csv", "about.md", "README.md", "_layouts/a.html", "x/b.md"
    )
    assert found == ["_posts/a.md", "_posts/2026/new.md", "about.md"]


def test_a_folder_inside_a_repository(repo):
    repo(**{"site/content/a.md": page(), "site/b (1)/c.md": page()})
    assert "- id: disclosure-check" in run("init", "site")
    assert not Path("site/.pre-commit-config.yaml").exists()
    run("init", "site", "--hook")
    hook = yaml.safe_load(Path(".pre-commit-config.yaml").read_text())["repos"][0]["hooks"][0]
    assert hook["args"] == ["--config", "site/disclosure-check.toml"]
    assert chosen("site/content/a.md", "site/b (1)/c.md", "content/a.md") == ["site/content/a.md", "site/b (1)/c.md"]


HOOKS = yaml.safe_load((Path(__file__).parent.parent / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

HANDED = {
    "posts/a.md": True, "posts/a.MD": True, "a.mdx": True, "a.rst": True, "a.adoc": True, "a.srt": True, "a.vtt": True, "a.csv": True, "a.tsv": True,
    "a.eml": True, "a.jsonl": True, "notes.txt": True, "posts/a.html": True, "posts/style.css": False, "posts/data.json": False, "posts/md": False,
    "requirements.txt": False, "requirements-dev.txt": False, "robots.txt": False, "a/CMakeLists.txt": False, "LICENSE.txt": False,
    "posts/a.md.orig": False, "posts/requirements.md": True,
}  # fmt: skip


@pytest.mark.parametrize(("path", "is_handed"), HANDED.items(), ids=HANDED)
def test_which_files_the_hook_is_handed(path, is_handed):
    hook = HOOKS[0]
    assert (not re.search(hook["exclude"], path)) is is_handed
    assert re.search(hook["files"], path) or not is_handed


def test_the_hook_for_a_whole_repository():
    assert [hook["id"] for hook in HOOKS] == ["disclosure-check", "disclosure-check-all"]
    assert (HOOKS[1]["stages"], HOOKS[1]["pass_filenames"], HOOKS[1]["always_run"]) == (["manual"], False, True)


def test_git_needs_to_know_nothing(repo, tmp_path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "other")], check=True)
    repo(**{"other/a.md": "A lamp."})
    run("init", "other")
    assert Path("other/.pre-commit-config.yaml").exists()
