//! Looking checksums up in the table that a site publishes, in its folder or over HTTP.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Deserialize;

use crate::archive::{HttpClient, HttpError, Patience};
use crate::fs::{self, PathError};
use crate::model::{Occurrence, Sha256};
use crate::settings::{Encoding, LinkStyle};
use crate::shards::document::{self, Document, DocumentError};
use crate::shards::{Partition, Prefix};
use crate::site::copyright::TABLE;
use crate::site::urls::{Address, Layout};

/// The longest file that is downloaded.
const LONGEST: u64 = document::LONGEST;

/// Why a checksum cannot be looked up.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// There is no table.
    #[error(
        "{site}: there is no table of checksums\n  hint: it should be the folder or the address of a site that debpress made"
    )]
    NoTable {
        /// The folder or address.
        site: String,
    },
    /// A file of the table is not there.
    #[error("{site}: {name} is missing in the table of checksums")]
    Missing {
        /// The folder or address.
        site: String,
        /// The name of the file, without its ending.
        name: String,
    },
    /// A file of the table is damaged.
    #[error("{site}: {name} in the table of checksums is damaged: {source}")]
    Damaged {
        /// The folder or address.
        site: String,
        /// The name of the file, without its ending.
        name: String,
        /// What is wrong.
        source: DocumentError,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The site does not answer.
    #[error("{0}")]
    Http(String),
}

impl From<HttpError> for QueryError {
    /// Without the hint, which is for archives.
    fn from(error: HttpError) -> Self {
        Self::Http(error.to_string().lines().next().unwrap_or_default().to_owned())
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct LookedUp {
    /// All places of each file that some package has, in the order of the table.
    pub occurrences: HashMap<Sha256, Vec<Occurrence>>,
    /// What could not be read; of the files in question nothing is known.
    pub errors: Vec<QueryError>,
}

/// A published table of checksums.
#[derive(Debug)]
pub struct Query {
    site: String,
    place: Place,
    layout: Layout,
    partition: Partition,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Web(HttpClient),
}

impl Place {
    /// The bytes of a file; `None` when there is none.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, QueryError> {
        match self {
            Self::Folder(folder) => Ok(fs::read_if_there(&folder.join(path))?),
            Self::Web(client) => Ok(client.read(path, LONGEST)?),
        }
    }
}

/// What of the summary is needed.
#[derive(Deserialize)]
struct Summary {
    shards: u32,
}

impl Query {
    /// The table of a site: its folder, or its address (`http:`, `https:`).
    ///
    /// # Errors
    /// When there is no table, or it cannot be read.
    pub fn open(site: &str) -> Result<Self, QueryError> {
        let is_web = ["http://", "https://"].iter().any(|scheme| site.starts_with(scheme));
        let patience = Patience { attempts: 3, ..Patience::default() };
        let (mut place, layouts) = match is_web {
            true => (Place::Web(HttpClient::new(site, patience)), &LAYOUTS[1..]),
            false => (Place::Folder(Path::new(site).to_owned()), &LAYOUTS[..]),
        };
        for &layout in layouts {
            let mut query = Self { site: site.to_owned(), place, layout, partition: Partition::new(1) };
            match query.read_partition() {
                Err(QueryError::Missing { .. }) => place = query.place,
                partition => {
                    query.partition = partition?;
                    return Ok(query);
                }
            }
        }
        Err(QueryError::NoTable { site: site.to_owned() })
    }

    /// Where these files occur. Files of the table are read in parallel, each once.
    pub fn look_up(&self, wanted: impl IntoIterator<Item = Sha256>) -> LookedUp {
        let wanted: BTreeSet<Sha256> = wanted.into_iter().collect();
        let mut looked_up = self.look_up_in(self.partition, &wanted);
        let is_changed = |error: &QueryError| match error {
            QueryError::Missing { .. } => true,
            QueryError::Damaged { source, .. } => matches!(source, DocumentError::Misplaced { .. }),
            _ => false,
        };
        // The table may have been published anew since it was opened.
        if looked_up.errors.iter().any(is_changed)
            && let Ok(partition) = self.read_partition()
            && partition != self.partition
        {
            looked_up = self.look_up_in(partition, &wanted);
        }
        looked_up
    }

    fn look_up_in(&self, partition: Partition, wanted: &BTreeSet<Sha256>) -> LookedUp {
        let mut shards: BTreeMap<Prefix, Vec<Sha256>> = BTreeMap::new();
        wanted.iter().for_each(|&sum| shards.entry(partition.prefix_of(sum.place())).or_default().push(sum));
        let read: Vec<_> = shards.into_par_iter().map(|(prefix, wanted)| self.read_shard(prefix, &wanted)).collect();
        let mut looked_up = LookedUp::default();
        for read in read {
            match read {
                Ok(found) => looked_up.occurrences.extend(found),
                Err(error) => looked_up.errors.push(error),
            }
        }
        looked_up
    }

    fn read_shard(&self, prefix: Prefix, wanted: &[Sha256]) -> Result<Vec<(Sha256, Vec<Occurrence>)>, QueryError> {
        let name = prefix.name();
        let damaged = |source| QueryError::Damaged { site: self.site.clone(), name: name.clone(), source };
        let bytes = self.read(&name)?;
        let mut shard: Document<Occurrence> = document::parse(&bytes).map_err(damaged)?;
        if shard.prefix().map_err(damaged)? != prefix {
            return Err(damaged(DocumentError::Misplaced { found: shard.prefix }));
        }
        let found = wanted.iter().filter_map(|sum| Some((*sum, shard.rows.remove(&sum.to_string())?)));
        Ok(found.collect())
    }

    fn read_partition(&self) -> Result<Partition, QueryError> {
        let name = document::SUMMARY;
        let damaged = |source| QueryError::Damaged { site: self.site.clone(), name: name.to_owned(), source };
        let summary: Summary = document::parse(&self.read(name)?).map_err(damaged)?;
        Ok(Partition::new(summary.shards))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, QueryError> {
        let address = match self.layout.links {
            LinkStyle::Clean => Address::Shard(TABLE, name),
            LinkStyle::File => Address::ShardScript(TABLE, name),
        };
        let path = address.output_path(self.layout);
        let bytes = self.place.read(&String::from_utf8_lossy(&path))?;
        bytes.ok_or_else(|| QueryError::Missing { site: self.site.clone(), name: name.to_owned() })
    }
}

/// How the table may lie in a folder; under all but the first it is found over HTTP.
const LAYOUTS: [Layout; 3] = [
    Layout { encoding: Encoding::Gzip, links: LinkStyle::Clean },
    Layout { encoding: Encoding::Plain, links: LinkStyle::Clean },
    Layout { encoding: Encoding::Plain, links: LinkStyle::File },
];
