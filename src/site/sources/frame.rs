//! What every page has around its content, as the settings' `[site]` says.

use serde::Serialize;

use crate::settings::{NamedLink, Settings};
use crate::site::SiteError;
use crate::site::page::without_slots;
use crate::site::templates::Templates;

/// What templates know as `site`. No text in it can be taken for a slot.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Frame {
    title: String,
    description: String,
    logo: Option<String>,
    header_links: Vec<Link>,
    footer_links: Vec<Link>,
    notices: Vec<String>,
    extra_head: String,
    policy: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Link {
    text: String,
    url: String,
}

/// `Content-Security-Policy` of pages: style sheet, scripts, images and data of the site itself, and nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'";

impl Frame {
    /// # Errors
    /// When the settings name a logo that is no asset.
    pub(super) fn new(settings: &Settings, templates: &Templates) -> Result<Self, SiteError> {
        let site = &settings.site;
        let is_asset = |logo: &&String| templates.assets().iter().any(|asset| asset.name == **logo);
        if let Some(logo) = site.logo.as_ref().filter(|logo| !is_asset(logo)) {
            return Err(SiteError::Logo(logo.clone()));
        }
        Ok(Self {
            title: without_slots(&site.title),
            description: without_slots(&site.description),
            logo: site.logo.clone(),
            header_links: links(&site.header_links),
            footer_links: links(&site.footer_links),
            notices: site.notices.iter().map(|notice| without_slots(notice)).collect(),
            extra_head: without_slots(&site.extra_head),
            policy: POLICY,
        })
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }
}

fn links(links: &[NamedLink]) -> Vec<Link> {
    links.iter().map(|link| Link { text: without_slots(&link.text), url: without_slots(&link.url) }).collect()
}
