//! What the header of an ELF file says of it (System V ABI, chapter 4).

/// Values of `e_machine` and the architecture's name.
const MACHINES: &[(u16, &str)] = &[
    (2, "SPARC"),
    (3, "x86"),
    (4, "m68k"),
    (8, "MIPS"),
    (15, "PA-RISC"),
    (20, "PowerPC"),
    (21, "PowerPC 64"),
    (22, "S/390"),
    (40, "ARM"),
    (42, "SuperH"),
    (43, "SPARC V9"),
    (50, "IA-64"),
    (62, "x86-64"),
    (83, "AVR"),
    (94, "Xtensa"),
    (183, "AArch64"),
    (243, "RISC-V"),
    (247, "BPF"),
    (258, "LoongArch"),
    (0x9026, "Alpha"),
];

/// Values of `e_type` from 1 on.
const TYPES: [&str; 4] = ["object file", "executable", "shared object", "core dump"];

/// Such as `ELF 64-bit shared object, x86-64`: as much of it as the header tells.
pub(super) fn describe(bytes: &[u8]) -> String {
    let width = match bytes.get(4) {
        Some(1) => " 32-bit",
        Some(2) => " 64-bit",
        _ => "",
    };
    let number = |at: usize| -> Option<u16> {
        let pair = bytes.get(at..)?.first_chunk()?;
        Some(if bytes.get(5) == Some(&2) { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) })
    };
    let kind = number(16).and_then(|kind| TYPES.get(usize::from(kind).checked_sub(1)?)).unwrap_or(&"file");
    let machine = number(18).and_then(|number| MACHINES.iter().find(|(its, _)| *its == number));
    match machine {
        Some((_, machine)) => format!("ELF{width} {kind}, {machine}"),
        None => format!("ELF{width} {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn the_header_is_read_in_its_byte_order() {
        let header = |class, order, rest: [u8; 4]| [b"\x7fELF", &[class, order][..], &[0; 10], &rest].concat();
        assert_eq!(describe(&header(2, 1, [3, 0, 62, 0])), "ELF 64-bit shared object, x86-64");
        assert_eq!(describe(&header(1, 2, [0, 1, 0, 20])), "ELF 32-bit object file, PowerPC");
        assert_eq!(describe(&header(2, 1, [0, 0, 0xff, 0xff])), "ELF 64-bit file");
        assert_eq!(describe(b"\x7fELF\x02\x01"), "ELF 64-bit file");
        assert_eq!(describe(b"\x7fELF"), "ELF file");
    }
}
