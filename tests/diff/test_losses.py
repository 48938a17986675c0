"""Each way in which a change may cost security support, beside one that looks like it and does not."""

from __future__ import annotations

import pytest

from tests.diff.documents import changes, features, only, status


def test_same_row_worse_is_a_loss() -> None:
    change = only(changes(features(F=status("Supported")), features(F=status("Tech Preview"))))
    assert (change.kind, change.key, change.old, change.new) == ("security-lost", "f", "Supported", "Tech Preview")
    assert (
        change.security == ("yes", "no")
        and change.possible_loss
        and change.why == "was security supported, is not security supported"
    )


@pytest.mark.parametrize(
    ("old", "new", "kind", "loss"),
    [
        ("Supported", "Supported, not security supported", "security-lost", True),
        ("Supported", "Obsolete", "security-lost", True),
        ("Supported, with caveats", "Not supported", "security-lost", True),
        ("Supported", "Supported, with caveats", "status", True),
        ("Supported", "Supported, Security support external", "status", True),
        ("Supported", "Support scope restricted", "status", True),
        ("Supported", "Deprecated", "status", False),
        ("Experimental", "Supported", "security-gained", False),
        ("Experimental", "Tech Preview", "status", False),
        ("Tech Preview", "Experimental", "status", False),
        ("Supported, with caveats", "Supported", "status", False),
        ("Supported, security supported only when A", "Supported, security supported only when B", "status", True),
    ],
)
def test_statuses(old: str, new: str, kind: str, loss: bool) -> None:
    change = only(changes(features(F=status(old)), features(F=status(new))))
    assert (change.kind, change.possible_loss) == (kind, loss)


def test_new_variant_below_a_supported_feature() -> None:
    change = only(changes(features(F=status("Supported")), features(F=status("Supported", "x86 PV: Experimental"))))
    assert (change.kind, change.key, change.old) == ("added", "f--x86-pv", None)
    assert change.why == "new and not security supported, where Section / F was security supported without it"


def test_new_variant_that_is_supported_is_none() -> None:
    change = only(changes(features(F=status("Supported")), features(F=status("Supported", "x86 PV: Supported"))))
    assert change.kind == "added" and not change.possible_loss


def test_new_variant_below_an_unsupported_feature_is_none() -> None:
    change = only(changes(features(F=status("Experimental")), features(F=status("Experimental", "x86: Not supported"))))
    assert change.kind == "added" and not change.possible_loss


def test_new_heading_below_a_supported_section() -> None:
    old = features(F=status("Experimental")).replace("## Section\n", "## Section\n\n    Status: Supported\n")
    change = only(changes(old, old + "\n### G\n\n    Status: Tech Preview\n"))
    assert (
        change.key == "g"
        and change.why == "new and not security supported, where Section was security supported without it"
    )


def test_new_heading_of_a_supported_ones_name_and_more() -> None:
    old = features(PV_console=status("Supported"))
    change = only(
        changes(old, features(PV_console=status("Supported"), PV_console_on_stubdomains=status("Experimental")))
    )
    assert change.key == "pv-console-on-stubdomains" and change.possible_loss
    assert change.perhaps is not None and change.perhaps.key == "pv-console"


def test_new_heading_of_its_own_is_none() -> None:
    old = features(F=status("Supported"))
    assert not only(changes(old, features(F=status("Supported"), Zebra_crossing=status("Experimental")))).possible_loss


def test_split_of_the_unqualified_row() -> None:
    new = features(F=status("x86_64: Supported", "x86_32: Supported, not security supported"))
    change = only(changes(features(F=status("Supported")), new))
    assert (change.kind, change.key, change.security) == ("split", "f", ("yes", "no"))
    assert change.new == "x86_64: Supported; x86_32: Supported, not security supported"
    assert change.why is not None and "x86_32 is not security supported" in change.why


def test_split_into_supported_rows_is_one_too() -> None:
    change = only(changes(features(F=status("Supported")), features(F=status("x86: Supported", "ARM: Supported"))))
    assert change.kind == "split" and change.possible_loss


def test_split_of_an_unsupported_row_is_none() -> None:
    change = only(
        changes(features(F=status("Experimental")), features(F=status("x86: Supported", "ARM: Experimental")))
    )
    assert change.kind == "split" and not change.possible_loss


def test_vanished_while_a_similar_one_is_lower() -> None:
    old = features(Physical_CPU_Hotplug=status("x86: Supported"))
    new = features(ACPI_CPU_Hotplug=status("x86: Experimental"))
    change = only(changes(old, new))
    assert (change.kind, change.key, change.possible_loss) == ("security-lost", "acpi-cpu-hotplug--x86", True)
    assert (change.old, change.new, change.security) == ("Supported", "Experimental", ("yes", "no"))
    assert change.formerly is not None and change.formerly[-1] == "Physical CPU Hotplug"
    assert change.perhaps is not None and change.perhaps.key == change.key and 0.5 < change.perhaps.similarity < 1
    assert change.why is not None and change.why.startswith("was security supported, is not security supported")


def test_a_vanished_row_with_two_like_it_stays_by_itself() -> None:
    old = features(CPU_Hotplug=status("Supported"))
    new = features(CPU_Hotplug_A=status("Experimental"), CPU_Hotplug_B=status("Experimental"))
    assert sorted(c.kind for c in changes(old, new)) == ["added", "added", "removed"]


def test_a_vanished_row_with_a_successor_that_promises_as_much_stays_by_itself() -> None:
    found = changes(features(CPU_Hotplug=status("Supported")), features(CPU_Hotplug_A=status("Supported")))
    assert sorted(c.kind for c in found) == ["added", "removed"]


def test_vanished_without_a_trace() -> None:
    change = only(changes(features(F=status("Supported"), G=status("Supported")), features(G=status("Supported"))))
    assert change.kind == "removed" and change.why == "a security-supported row is gone" and change.perhaps is None


def test_vanished_unsupported_row_is_none() -> None:
    change = only(changes(features(F=status("Experimental"), G=status("Supported")), features(G=status("Supported"))))
    assert change.kind == "removed" and not change.possible_loss


def test_vanished_variant_that_the_unqualified_row_covers() -> None:
    old = features(F=status("Supported", "x86: Supported"))
    assert not only(changes(old, features(F=status("Supported")))).possible_loss
    change, _ = changes(old, features(F=status("Experimental")))
    assert change.kind == "security-lost"
    left = [c for c in changes(old, features(F=status("Experimental"))) if c.kind == "removed"]
    assert left[0].why == "the row that is left for it is not security supported"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("Supported up to 512", "Supported up to 128", "the limit went down from 512 to 128"),
        ("Supported up to 12 TiB", "Supported up to 800 GiB", "the limit went down from 12 TiB to 800 GiB"),
        ("Supported up to 12 TiB", "Supported up to 12 hosts", "the limits 12 TiB and 12 hosts have different units"),
        ("Supported", "Supported up to 128", "a limit of 128 where none was stated"),
        ("Supported up to 8 TiB", "Supported up to 8 TiB. More is not security supported.", "the words that go with a security-supported status changed"),
        ("Supported up to 128", "Supported up to 512", None),
        ("Supported up to 1024 GiB", "Supported up to 1 TiB", None),
        ("Supported up to 128", "Supported", None),
    ],
)  # fmt: skip
def test_limits(old: str, new: str, why: str | None) -> None:
    change = only(changes(features(F=status(f"x86: {old}")), features(F=status(f"x86: {new}"))))
    assert (change.kind, change.key, change.why) == ("limit", "f--x86", why)


def test_end_of_security_support_below_the_maximum() -> None:
    old = features(F=status("x86: Supported up to 4096"))
    new = features(F=status("x86: Supported up to 4096", "x86, security supported: Up to 1024"))
    change = only(changes(old, new))
    assert (change.kind, change.key) == ("limit", "f--x86-security-supported")
    assert change.why == "the limit went down from 4096 to 1024"
    assert not only(changes(new, old)).possible_loss


def test_what_is_tested_is_no_limit_of_security_support() -> None:
    old = features(F=status("Supported up to 4096", "regularly tested: Up to 512"))
    new = features(F=status("Supported up to 4096", "regularly tested: Up to 128"))
    change = only(changes(old, new))
    assert change.kind == "limit" and not change.possible_loss


def test_new_limit_of_its_own() -> None:
    old = features(F=status("Supported"))
    change = only(changes(old, features(F=status("Supported"), Memory=status("x86: Supported up to 8 TiB"))))
    assert change.kind == "added" and change.why == "a limit of 8 TiB where none was stated"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", "\nNot for guests.\n", "added to"),
        ("\nNot for guests.\n", "", "removed from"),
        ("\nOld.\n", "\nNew.\n", "changed on"),
    ],
)
def test_caveats_on_a_supported_row(old: str, new: str, words: str) -> None:
    change = only(changes(features(F=status("Supported") + old), features(F=status("Supported") + new)))
    assert change.kind == "caveat" and change.why is not None and words in change.why
    assert (change.old or "", change.new or "") == (old.strip(), new.strip())


def test_caveat_in_a_list_counts_and_on_an_unsupported_row_does_not() -> None:
    listed = features(F=status("Supported") + "\nOnly:\n\n  * one\n  * two\n")
    shorter = features(F=status("Supported") + "\nOnly:\n\n  * one\n")
    assert only(changes(listed, shorter)).possible_loss
    quiet = status("Experimental")
    assert not only(changes(features(F=quiet), features(F=quiet + "\nSlow.\n"))).possible_loss


def test_description_counts_where_it_speaks_of_security_support() -> None:
    old = "A thing.\n\n" + status("Supported")
    assert not only(changes(features(F=old), features(F=old.replace("thing", "device")))).possible_loss
    change = only(
        changes(features(F=old), features(F=old.replace("thing.", "thing. Bugs in it are no security bugs.")))
    )
    assert change.kind == "description" and change.possible_loss


def test_heading_with_words_on_security_support() -> None:
    old = features(F=status("Supported"))
    change = only(changes(old, old + "\n## Kconfig\n\nOther options are not security supported.\n"))
    assert (change.kind, change.key, change.possible_loss) == ("added", "kconfig", True)


def test_definition_of_a_label() -> None:
    old = features(F=status("Supported")) + "\n# Format and definitions\n\n## Tick\n\n    Security supported: Yes\n"
    change = only(changes(old, old.replace("supported: Yes", "supported: No")))
    assert (change.kind, change.key, change.possible_loss) == ("description", "tick", True)


def test_shorter_list_of_what_is_supported() -> None:
    old, new = (features(F=f"    Supported, x86: {formats}\n") for formats in ("bzImage, ELF", "ELF"))
    assert only(changes(old, new)).why == "no longer in the list of what is supported: bzImage"
    assert not only(changes(new, old)).possible_loss


def test_losses_come_first() -> None:
    old = features(A="Words.\n\n" + status("Experimental"), B=status("Supported"), C=status("Supported"))
    new = features(A="Others.\n\n" + status("Supported"), B=status("Supported") + "\nNo.\n", C=status("Experimental"))
    assert [c.kind for c in changes(old, new)] == ["security-lost", "caveat", "security-gained", "description"]


def test_what_is_about_security() -> None:
    better = only(changes(features(F=status("Supported, with caveats")), features(F=status("Supported"))))
    assert better.about_security and not better.possible_loss
    same = only(changes(features(F=status("Experimental")), features(F=status("Tech Preview"))))
    assert not same.about_security


@pytest.mark.parametrize(
    ("value", "loss"),
    [
        ("Supported, not security supported", True),
        ("Supported, with caveats", True),
        ("No security support, not recommended", True),
        ("Supported, security supported only when run de-privileged", True),
        ("Supported, Security support external", False),
        ("Supported", False),
        ("Tech Preview", False),
        ("Experimental", False),
    ],
)
def test_what_was_not_listed_and_is_less_than_supported(value: str, loss: bool) -> None:
    old = features(F=status("Supported"))
    for new in (
        features(F=status("Supported"), Zebra=status(value)),
        features(F=status("Supported"), Zebra="Stripes.\n\n" + status(f"Linux: {value}")),
    ):
        assert only(changes(old, new)).possible_loss is loss


@pytest.mark.parametrize(
    ("old", "new", "kind", "security"),
    [
        ("Expermental", "Experimental", "status", ("no", "no")),
        ("Suported", "Supported", "status", ("yes", "yes")),
        ("Suported", "Experimental", "security-lost", ("yes", "no")),
        ("Experimenal", "Supported", "security-gained", ("no", "yes")),
        ('Experimental (in "a" mode)', "Experimental", "status", ("no", "no")),
    ],
)
def test_a_misspelt_label_means_what_it_is_meant_for(old: str, new: str, kind: str, security: object) -> None:
    change = only(changes(features(F=status(old)), features(F=status(new))))
    assert (change.kind, change.security, change.possible_loss) == (kind, security, kind == "security-lost")


def test_a_gain_that_brings_its_caveat_is_none() -> None:
    caveat = "\nNot with untrusted guests.\n"
    found = changes(features(F=status("Tech Preview")), features(F=status("Supported, with caveats") + caveat))
    assert [(c.kind, c.possible_loss) for c in found] == [("security-gained", False), ("caveat", False)]
    two = "    Status, domU: Supported\n    Status, dom0: {}\n"
    found = changes(features(F=two.format("Experimental")), features(F=two.format("Supported, with caveats") + caveat))
    assert [(c.kind, c.possible_loss) for c in found] == [("security-gained", False), ("caveat", False)]
    lower = features(F=two.format("Experimental").replace("Supported", "Experimental") + caveat)
    assert all(c.possible_loss for c in changes(features(F=two.format("Experimental")), lower))


def test_a_text_that_moves_above_the_fields_is_none() -> None:
    words = "Not with untrusted guests. Needs an IOMMU."
    old, new = features(F=status("Supported") + f"\n{words}\n"), features(F=f"{words}\n\n" + status("Supported"))
    assert {(c.kind, c.possible_loss) for c in changes(old, new)} == {("description", False), ("caveat", False)}
    less = features(F="Needs an IOMMU.\n\n" + status("Supported"))
    assert any(c.possible_loss for c in changes(old, less))


@pytest.mark.parametrize(
    ("old", "new", "loss"),
    [
        ("See http://xenbits.xen.org/a.html.", "See https://xenbits.xen.org/a.html.", False),
        ("An implementation fo the protocol.", "An implementation of the protocol.", False),
        ("Also note that the feature is independent.", "The feature is independent.", False),
        ("Not with untrusted guests.", "Not with trusted guests.", True),
        ("Not with untrusted guests.", "Now with untrusted guests.", True),
        ("Safe with 4 guests.", "Safe with 2 guests.", True),
        ("Missing are:\n\n  * SR-IOV and resizable BARs\n", "Missing are:\n\n  * SR-IOV\n", False),
        ("Missing are:\n\n  * SR-IOV\n", "Missing are:\n\n  * SR-IOV\n  * MCE\n", True),
        ("Only these are security supported:\n\n  * A\n", "Only these are security supported:\n\n  * A\n  * B\n", False),
        ("Only these are security supported:\n\n  * A\n  * B\n", "Only these are security supported:\n\n  * A\n", True),
        ("Only these are security supported:\n\nA_EL0\n\nB_EL0\n", "Only these are security supported:\n\n  * A_EL0\n  * B_EL0\n", False),
    ],
)  # fmt: skip
def test_words_of_a_caveat(old: str, new: str, loss: bool) -> None:
    before, after = (features(F=status("Supported") + f"\n{words}\n") for words in (old, new))
    found = changes(before, after)
    assert any(c.possible_loss for c in found) is loss


def test_a_new_variant_beside_supported_ones_without_a_row_for_everything_is_none() -> None:
    old = features(IOMMU=status("AMD: Supported", "Intel: Supported"))
    new = features(IOMMU=status("AMD: Supported", "Intel: Supported", "Renesas: Experimental"))
    assert not only(changes(old, new)).possible_loss


def test_a_lost_field_that_became_a_row_is_none() -> None:
    value = "Supported, not security supported"
    new = features(F=status("Supported", f"x86: {value}"))
    for line in (
        f"\nStatus, x86: {value}\n", f"   Status, x86: {value}\n", f"\n    Statsu, x86: {value}\n",
        f"\n  * a\n\n    Status, x86: {value}\n",
    ):  # fmt: skip
        old = features(G=status("Supported", f"x86: {value}"), F="    Status: Supported\n" + line)
        both = new.replace("### F\n", f"### G\n\n{status('Supported', f'x86: {value}')}\n### F\n")
        assert [c.why for c in changes(old, both) if c.kind == "added" and c.possible_loss] == [], line


def test_a_heading_of_words_alone() -> None:
    old = features(F=status("Supported"))
    quiet, loud = "We support all functions of the protocol.", "Debug options are not security supported."
    assert not only(changes(old, old + f"\n## More\n\n{quiet}\n")).possible_loss
    assert only(changes(old, old + f"\n## More\n\n{loud}\n")).possible_loss
    moved = old.replace("# Release Support", f"{loud}\n\n# Release Support")
    assert not any(c.possible_loss for c in changes(moved, old + f"\n## More\n\n{loud}\n"))


def test_a_value_whose_second_line_was_cut_off_is_whole_again() -> None:
    cut = features(M="    Status, x86: Supported up to 8 TiB. More memory is\n    not security supported.\n")
    whole = features(M="    Status, x86: Supported up to 8 TiB. More memory is not security supported.\n")
    assert not only(changes(cut, whole)).possible_loss
    assert only(changes(features(M="    Status, x86: Supported up to 8 TiB. More memory is\n"), whole)).possible_loss


@pytest.mark.parametrize("worse", ["Supported, Security support external", "Tech Preview, with limited support"])
def test_conditions_promise_more_than_another_project_or_a_part(worse: str) -> None:
    lost = only(changes(features(F=status("Supported, with caveats")), features(F=status(worse))))
    assert lost.possible_loss and str(lost.why).startswith("was security supported with conditions")
    gained = only(changes(features(F=status(worse)), features(F=status("Supported, with caveats"))))
    assert not gained.possible_loss


@pytest.mark.parametrize(
    ("written", "instead", "loss"),
    [
        ("regularly tested: Up to 512", "regularly tested: Up to 256", False),
        ("security supported: Up to 1024", "security supported: Up to 1000", True),
        ("Supported up to 4096", "Supported up to 2048", False),  # security support ends at 1024 before and after
        ("Supported up to 4096", "Supported up to 512", True),
    ],
)
def test_less_tested_is_no_loss_and_a_lower_limit_is(written: str, instead: str, loss: bool) -> None:
    lines = ("x86: Supported up to 4096", "x86, regularly tested: Up to 512", "x86, security supported: Up to 1024")
    found = changes(old := features(F=status(*lines)), old.replace(written, instead))
    assert found and any(change.possible_loss for change in found) is loss


@pytest.mark.parametrize(
    "name",
    [
        "PCI passthrough of very large accelerators",
        "Memory of accelerators by PCI passthrough",
        "Accelerators by PCI passthrough as devices",
    ],
)
def test_a_new_feature_with_the_name_of_a_supported_one_in_its_own(name: str) -> None:
    old = features(**{"PCI passthrough": status("Supported")})
    new = features(**{"PCI passthrough": status("Supported"), name: status("Experimental")})
    change = only(changes(old, new))
    assert (
        change.possible_loss
        and change.why == "new and not security supported; the similar Section / PCI passthrough was security supported"
    )
