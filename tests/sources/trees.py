"""A small source tree in our own words, and a SUPPORT.md for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from convert.sources.rows import Rows
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source

SUPPORT = """% Support statement

# Release Support

    Xen-Version: 4.20
    Initial-Release: 2025-03-05

# Feature Support

## Kconfig

EXPERT and DEBUG options have no security support.

### IOMMU

    Status, AMD IOMMU: Supported
    Status, ARM SMMUv1: Supported, not security supported
    Status, ARM SMMUv3: Tech Preview

### Host serial console

    Status, NS16550: Supported

### Live Patching

    Status, x86: Supported
    Status, ARM: Experimental

### ARINC653 Scheduler

    Status: Supported

### Null Scheduler

    Status: Expermental
    Status, x86/shim: Supported

### Remus Fault Tolerance

    Status: Experimental

## Virtual Hardware, QEMU

    Status: Support scope restricted

### x86/Emulated network (QEMU):

    Status, e1000: Supported
    Status, rtl8193: Supported
    Status, tulip: Experimental

### x86/Emulated input (QEMU):

    Status, usbmouse: Supported
    Status, usbtablet: Supported
"""
ROOT = """mainmenu "Xen $(XEN_FULLVERSION)"

config EXPERT
	bool "For experts"
	help
	Builds with this are not security supported.
	default n

config UNSUPPORTED
	bool "More of it"
	default EXPERT
	help
	Offers experimental things, too.

config STAMP
	def_bool $(success,touch $(HOME)/made)

source "arch/$(SRCARCH)/Kconfig"
source "Kconfig.debug"
"""
DEBUG = """config DEBUG
	bool "For developers"

if DEBUG || EXPERT
config GDBSX
	bool "A debugger"
	default y
endif
"""
ARM = """config ARM
	def_bool y

config NEW_VGIC
	bool "Another interrupt controller"
	help

	This one is newer. At the moment it
	is not security supported.

config HAS_ITS
	bool "ITS (UNSUPPORTED)" if UNSUPPORTED

source "common/Kconfig"
"""
X86 = """config X86
	def_bool y
	select HAS_IOMMU

config TBOOT
	bool "Measured launch"
	depends on X86 && UNSUPPORTED
	default y

source "common/Kconfig"
"""
COMMON = """config HAS_IOMMU
	bool

menu "Schedulers"
	visible if EXPERT

config SCHED_CREDIT
	bool "The first one"
	default y

config SCHED_ARINC653
	bool "For planes (UNSUPPORTED)" if UNSUPPORTED
	default DEBUG

config SCHED_NULL
	bool "None at all (EXPERIMENTAL)"

endmenu

config STATIC_MEMORY
	bool "Memory at fixed places" if UNSUPPORTED

config STATIC_SHM
	bool "Shared memory at fixed places"
	depends on STATIC_MEMORY

config GRANT_TABLE
	bool "Grants" if EXPERT
	default y

config LIVEPATCH
	bool "Patching of what runs"
	default X86

config LAST_RESORT
	bool "Off unless an expert wants it" if EXPERT

if ARM
config ARM_SMMU
	bool "SMMU, versions 1 and 2"
	default y

config ARM_SMMU_V3
	bool "SMMU, version 3" if EXPERT
	help
	The driver is in an experimental stage.
endif

choice
	prompt "Which one"
	default FIRST
config FIRST
	bool "First" if SCHED_NULL
config SECOND
	bool "Second" if UNSUPPORTED
endchoice

source "drivers/char/Kconfig"
"""
CHAR = """config HAS_NS16550
	bool "NS16550 UART driver" if !X86
	default y

config HAS_MESON
	bool "Amlogic MESON UART driver"
	default y
	depends on ARM
"""
KCONFIG = {
    "xen/Kconfig": ROOT, "xen/Kconfig.debug": DEBUG, "xen/arch/arm/Kconfig": ARM, "xen/arch/x86/Kconfig": X86,
    "xen/common/Kconfig": COMMON, "xen/drivers/char/Kconfig": CHAR,
}  # fmt: skip
LIST = """The emulator has security support only for these:

- network: e1000, rtl8139 and tulip
- input: Xen PV keyboard and mouse (part of the framebuffer), USB and PS/2
         keyboard and mouse

Core components, such as the PCI host bridge, are supported.
Whatever is not named is not supported. For example the ne2000 network card is not supported.
"""
MAINTAINERS = """	Maintainers List

ARM (W/ VIRTUALISATION EXTENSIONS) ARCHITECTURE
M:	Ann Example <ann@example.org>
S:	Supported
F:	xen/arch/arm/

SCHEDULING
M:	Bob Example <bob@example.org>
S:	Supported
F:	xen/common/Kconfig

REMUS
S:	Orphan
F:	tools/remus/

THE REST
M:	Rest Example <rest@example.org>
S:	Supported
F:	*
F:	*/
"""


def rows(text: str = SUPPORT) -> Rows:
    """The rows of a SUPPORT.md."""
    source = Source("SUPPORT.md", text.encode())
    document = parse(source, prose=False).document
    return Rows(source, document, read_rows(document, source).rows)


def unpack(folder: Path, texts: Mapping[str, str]) -> Path:
    """Write a tree; the folder."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
