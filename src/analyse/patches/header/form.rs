//! The form around a message: what tools write before and beside it is taken off, so that one reader reads them all.

use super::fields;
use crate::model::HeaderKind;

/// A numbered line, without its end.
pub(super) type Line<'a> = (u32, &'a str);

/// A message in its plain form.
#[derive(Debug, Default)]
pub(super) struct Message<'a> {
    /// The form that was taken off; `None` when there was none.
    pub(super) form: Option<HeaderKind>,
    /// The commit that the patch was exported from.
    pub(super) commit: Option<&'a str>,
    /// Fields that the form has in its own spelling, as name, line and value.
    pub(super) fields: Vec<(&'static str, u32, &'a str)>,
    /// The lines of the message.
    pub(super) lines: Vec<Line<'a>>,
}

/// Recognises the form of a header by its first line and takes it off.
pub(super) fn recognise<'a>(lines: Vec<Line<'a>>) -> Message<'a> {
    let begin = lines.iter().position(|(_, text)| !text.trim().is_empty()).unwrap_or(lines.len());
    let Some((_, first)) = lines.get(begin) else { return Message::default() };
    if let Some(sender) = first.strip_prefix("From ").and_then(mail_sender) {
        let commit = Some(sender).filter(|commit| is_commit(commit) && !commit.bytes().all(|byte| byte == b'0'));
        let lines = lines.get(begin + 1..).unwrap_or_default().to_vec();
        return Message { form: Some(HeaderKind::GitMail), commit, fields: Vec::new(), lines };
    }
    if let Some(commit) =
        first.strip_prefix("commit ").and_then(|rest| rest.split(' ').next()).filter(|it| is_commit(it))
        && lines.get(begin + 1).is_some_and(|(_, text)| fields::split(text).is_some())
    {
        return git_log(commit, lines.get(begin + 1..).unwrap_or_default());
    }
    if first.trim_end() == "# HG changeset patch" {
        return mercurial(lines.get(begin + 1..).unwrap_or_default());
    }
    if first.starts_with("#!")
        || first.starts_with("## DP:")
        || (first.starts_with("## ") && first.contains(".dpatch by "))
    {
        return dpatch(&lines);
    }
    let is_commented =
        first.strip_prefix("# ").and_then(fields::split).is_some_and(|(name, _)| fields::field(name).is_some());
    if is_commented {
        return Message { lines: uncommented(&lines), ..Message::default() };
    }
    subversion(&lines, begin).unwrap_or_else(|| Message { lines, ..Message::default() })
}

/// The sender in the line that begins a mail of a mailbox: a commit, as git has it, or an address; then a date.
fn mail_sender(rest: &str) -> Option<&str> {
    let (sender, _date) = rest.split_once(' ')?;
    (is_commit(sender) || sender.contains('@')).then_some(sender)
}

/// Whether a word is a commit of git: seven hexadecimal digits at least, 64 at most.
pub(super) fn is_commit(word: &str) -> bool {
    (7..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `git log` and `git show`: fields, an empty line, and the message with four blanks before each line.
fn git_log<'a>(commit: &'a str, lines: &[Line<'a>]) -> Message<'a> {
    let dedent = |&(number, text): &Line<'a>| (number, text.strip_prefix("    ").unwrap_or(text));
    let head = lines.iter().take_while(|(_, text)| !text.trim().is_empty()).count();
    let (head, message) = lines.split_at(head);
    let lines = head.iter().copied().chain(message.iter().map(dedent)).collect();
    Message { form: Some(HeaderKind::GitLog), commit: Some(commit), fields: Vec::new(), lines }
}

/// `hg export`: comment lines with the facts, then the message.
fn mercurial<'a>(lines: &[Line<'a>]) -> Message<'a> {
    let mut message = Message { form: Some(HeaderKind::Mercurial), ..Message::default() };
    let head = lines.iter().take_while(|(_, text)| text.starts_with('#')).count();
    let (head, rest) = lines.split_at(head);
    for &(number, text) in head {
        if let Some(user) = text.strip_prefix("# User ") {
            message.fields.push(("From", number, user));
        } else if let Some(date) = text.strip_prefix("# Date ") {
            message.fields.push(("Date", number, date));
        } else if let Some(node) = text.strip_prefix("# Node ID ").map(str::trim).filter(|node| is_commit(node)) {
            message.commit = Some(node);
        }
    }
    message.lines = rest.to_vec();
    message
}

/// A script of dpatch: the description behind `## DP:`, fields of DEP-3 behind `# `; the script itself is left out.
fn dpatch<'a>(lines: &[Line<'a>]) -> Message<'a> {
    let mut message = Message::default();
    for &(number, text) in lines {
        let Some(comment) = text.strip_prefix('#') else { continue };
        if let Some(interpreter) = comment.strip_prefix('!') {
            message.form = message.form.or(interpreter.contains("dpatch").then_some(HeaderKind::Dpatch));
            continue;
        }
        let comment = comment.strip_prefix('#').unwrap_or(comment);
        if let Some(described) = comment.trim_start().strip_prefix("DP:") {
            message.form = Some(HeaderKind::Dpatch);
            message.lines.push((number, described.strip_prefix(' ').unwrap_or(described)));
        } else if let Some((_, author)) = comment.split_once(".dpatch by ") {
            message.form = Some(HeaderKind::Dpatch);
            message.fields.push(("From", number, author));
        } else if !comment.contains("All lines beginning with") {
            message.lines.push((number, comment.strip_prefix(' ').unwrap_or(comment)));
        }
    }
    message
}

/// Fields of DEP-3 in comments: `# ` is taken off.
fn uncommented<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let strip = |text: &'a str| text.strip_prefix("# ").or_else(|| text.strip_prefix('#')).unwrap_or(text);
    lines.iter().map(|&(number, text)| (number, strip(text))).collect()
}

/// `svn log`: `r123 | author | date | 2 lines` between lines of hyphens, then the message.
fn subversion<'a>(lines: &[Line<'a>], begin: usize) -> Option<Message<'a>> {
    let is_rule = |text: &str| text.len() >= 70 && text.bytes().all(|byte| byte == b'-');
    let begin = begin + usize::from(lines.get(begin).is_some_and(|(_, text)| is_rule(text)));
    let &(number, entry) = lines.get(begin)?;
    let mut columns = entry.strip_prefix('r')?.split(" | ");
    let (revision, author, date) = (columns.next()?, columns.next()?, columns.next()?);
    if revision.is_empty() || !revision.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let rest = lines.get(begin + 1..).unwrap_or_default();
    let message = rest.iter().copied().filter(|(_, text)| !is_rule(text)).collect();
    let fields = vec![("From", number, author), ("Date", number, date)];
    Some(Message { form: Some(HeaderKind::Subversion), commit: None, fields, lines: message })
}
