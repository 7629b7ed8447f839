//! Finds the section in the bytes of a library: ELF, Mach-O or PE.

use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64};
use object::{
    BinaryFormat, File, FileFlags, FileKind, Object as _, ObjectKind, ObjectSection as _,
    ObjectSegment as _,
};
use plimsoll_abi::metadata::{SECTION_ELF, SECTION_MACH_O, SECTION_PE};

use super::platform::arch_of;
use super::{MetadataError, Platform};

/// The bytes of the section.
pub(super) fn section<'data>(
    bytes: &'data [u8],
    here: &Platform,
) -> Result<&'data [u8], MetadataError> {
    if bytes.is_empty() {
        return Err(MetadataError::Empty);
    }
    match FileKind::parse(bytes) {
        Ok(FileKind::Elf32 | FileKind::Elf64) => {}
        Ok(FileKind::MachO32 | FileKind::MachO64) => {}
        Ok(FileKind::Pe32 | FileKind::Pe64) => {}
        Ok(FileKind::MachOFat32) => {
            let fat = MachOFatFile32::parse(bytes).map_err(|_| MetadataError::Damaged)?;
            return section(slice(fat.arches(), bytes, here)?, here);
        }
        Ok(FileKind::MachOFat64) => {
            let fat = MachOFatFile64::parse(bytes).map_err(|_| MetadataError::Damaged)?;
            return section(slice(fat.arches(), bytes, here)?, here);
        }
        _ if bytes.starts_with(b"!<arch>\n") => {
            return Err(MetadataError::NotDynamic("an archive"));
        }
        _ if bytes.starts_with(b"\0asm") => {
            return Err(MetadataError::NotDynamic("a WebAssembly module"));
        }
        _ if bytes.starts_with(b"\x7fELF") => return Err(MetadataError::Damaged),
        _ => return Err(MetadataError::NotALibrary),
    }
    let file = File::parse(bytes).map_err(|_| MetadataError::Damaged)?;
    of_here(&file, here)?;
    match file.kind() {
        ObjectKind::Dynamic => {}
        ObjectKind::Executable => return Err(MetadataError::NotDynamic("a program")),
        ObjectKind::Relocatable => return Err(MetadataError::NotDynamic("an object file")),
        _ => return Err(MetadataError::NotALibrary),
    }
    let whole = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let cut_short = file.segments().any(|segment| {
        let (start, size) = segment.file_range();
        start.checked_add(size).is_none_or(|end| end > whole)
    });
    if cut_short {
        return Err(MetadataError::Damaged);
    }
    let name = match file.format() {
        BinaryFormat::MachO => SECTION_MACH_O,
        BinaryFormat::Pe => SECTION_PE,
        _ => SECTION_ELF,
    };
    let section = file
        .sections()
        .find(|section| section.name_bytes() == Ok(name.as_bytes()))
        .ok_or(MetadataError::NotAPlugin)?;
    section.data().map_err(|_| MetadataError::Damaged)
}

/// Whether a file is for this processor and operating system.
fn of_here(file: &File<'_>, here: &Platform) -> Result<(), MetadataError> {
    let os = match (file.format(), file.flags()) {
        (BinaryFormat::MachO, _) => "macos",
        (BinaryFormat::Pe, _) => "windows",
        (_, FileFlags::Elf { os_abi, .. }) if os_abi == object::elf::ELFOSABI_FREEBSD => "freebsd",
        // Such files seldom say; the metadata does.
        _ if here.os == "macos" || here.os == "windows" => "linux",
        _ => &here.os,
    };
    let arch = arch_of(file.architecture());
    if arch == here.arch && os == here.os {
        return Ok(());
    }
    Err(MetadataError::Foreign {
        built: Platform {
            arch: arch.to_owned(),
            os: os.to_owned(),
        },
        here: here.clone(),
    })
}

/// The part of a file for several processors that is for this one.
fn slice<'data, Fat: FatArch>(
    parts: &[Fat],
    bytes: &'data [u8],
    here: &Platform,
) -> Result<&'data [u8], MetadataError> {
    let ours = |part: &&Fat| arch_of(part.architecture()) == here.arch;
    let Some(part) = parts.iter().find(ours) else {
        let first = parts.first().ok_or(MetadataError::Damaged)?;
        return Err(MetadataError::Foreign {
            built: Platform {
                arch: arch_of(first.architecture()).to_owned(),
                os: "macos".to_owned(),
            },
            here: here.clone(),
        });
    };
    let part = part.data(bytes).map_err(|_| MetadataError::Damaged)?;
    // One that holds another of its kind would be read for as long as it goes on.
    match FileKind::parse(part) {
        Ok(FileKind::MachO32 | FileKind::MachO64) => Ok(part),
        _ => Err(MetadataError::Damaged),
    }
}
