//! Releases and packages as documents. The rules of workloads cross beside them as objects, and files
//! as trees.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_core::context::{BuildContext, Content, ContextFile, Package};
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::digest::BuildDigest;
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::ManifestKind;
use plimsoll_core::release::{Release, ReleaseOptions, ReleaseWorkload};
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::tree::SourceTree;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{EffectiveDocument, Files, Said};

/// One file of a build context; its bytes are in a tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileDocument {
    path: String,
    len: u64,
    executable: bool,
}

/// Writes the files of a context.
#[must_use]
pub fn files(context: &BuildContext) -> Vec<FileDocument> {
    let files = context.files().iter();
    files
        .map(|file| FileDocument {
            path: file.path.clone(),
            len: file.len,
            executable: file.executable,
        })
        .collect()
}

/// Reads the files of a context, whose bytes are in a folder of a tree, or in its root.
///
/// # Errors
/// When a path is none of an archive.
pub fn context(
    files: Vec<FileDocument>,
    tree: &Arc<dyn SourceTree>,
    folder: Option<usize>,
) -> Result<BuildContext, String> {
    let files = files.into_iter().map(|file| {
        let place = match folder {
            Some(folder) => format!("{folder}/{}", file.path),
            None => file.path.clone(),
        };
        ContextFile {
            path: file.path,
            len: file.len,
            executable: file.executable,
            content: Content::Tree(Arc::clone(tree), place),
        }
    });
    BuildContext::new(files.collect()).map_err(|error| error.to_string())
}

/// What a platform is sent of one workload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PackageDocument {
    config: Json,
    raw_config: Option<Arc<str>>,
    files: Vec<FileDocument>,
    folder: Option<String>,
    said_of: Files,
    diagnostics: Vec<Said>,
}

impl PackageDocument {
    /// Writes a package, whose bytes are in a tree.
    #[must_use]
    pub fn of(package: &Package) -> Self {
        Self {
            config: package.config.clone(),
            raw_config: package.raw_config.clone(),
            files: files(&package.context),
            folder: package.folder.clone(),
            said_of: Files::of(&package.diagnostics.files),
            diagnostics: Said::of(&package.diagnostics.items),
        }
    }

    /// Reads a package, whose bytes are in a tree.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(self, tree: &Arc<dyn SourceTree>) -> Result<Package, String> {
        Ok(Package {
            config: self.config,
            raw_config: self.raw_config,
            context: context(self.files, tree, None)?,
            folder: self.folder,
            diagnostics: Said::read(self.diagnostics, &self.said_of.read())?,
        })
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part {
    effective: EffectiveDocument,
    config: Json,
    raw_config: Option<Arc<str>>,
    files: Vec<FileDocument>,
    digest: BuildDigest,
}

/// A release. The files of the workload of each number are in the folder of that number, and the
/// source as it is written in the folder behind the last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReleaseDocument {
    kind: ManifestKind,
    name: String,
    environment: Option<Environment>,
    workloads: Vec<Part>,
    source: Option<Vec<FileDocument>>,
    preserve_instance_type: Option<bool>,
    create_environment: bool,
    deployment_name: Option<String>,
    labels: BTreeMap<String, Json>,
    deploy_timeout_minutes: Option<u32>,
}

impl ReleaseDocument {
    /// Writes a release.
    #[must_use]
    pub fn of(release: &Release) -> Self {
        let part = |workload: &ReleaseWorkload| Part {
            effective: EffectiveDocument::of(&workload.effective),
            config: workload.config.clone(),
            raw_config: workload.raw_config.clone(),
            files: files(&workload.context),
            digest: workload.digest.clone(),
        };
        let options = &release.options;
        Self {
            kind: release.kind,
            name: release.name.clone(),
            environment: release.environment.clone(),
            workloads: release.workloads.iter().map(part).collect(),
            source: release.source.as_ref().map(files),
            preserve_instance_type: options.preserve_instance_type,
            create_environment: options.create_environment,
            deployment_name: options.deployment_name.clone(),
            labels: options.labels.clone(),
            deploy_timeout_minutes: options.deploy_timeout_minutes,
        }
    }

    /// Reads a release, with the rules of its workloads in their order, whose bytes are in a tree.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(
        self,
        rules: Vec<Arc<dyn WorkloadRules>>,
        tree: &Arc<dyn SourceTree>,
    ) -> Result<Release, String> {
        let count = self.workloads.len();
        if count != rules.len() {
            return Err(format!(
                "{count} workloads with {} sets of rules",
                rules.len()
            ));
        }
        let mut workloads = Vec::with_capacity(count);
        for (number, (part, rules)) in self.workloads.into_iter().zip(rules).enumerate() {
            workloads.push(ReleaseWorkload {
                effective: part.effective.read(rules)?,
                config: part.config,
                raw_config: part.raw_config,
                context: context(part.files, tree, Some(number))?,
                digest: part.digest,
            });
        }
        let source = self.source.map(|files| context(files, tree, Some(count)));
        Ok(Release {
            kind: self.kind,
            name: self.name,
            environment: self.environment,
            workloads,
            source: source.transpose()?,
            options: ReleaseOptions {
                preserve_instance_type: self.preserve_instance_type,
                create_environment: self.create_environment,
                deployment_name: self.deployment_name,
                labels: self.labels,
                deploy_timeout_minutes: self.deploy_timeout_minutes,
            },
        })
    }
}

/// What is said of an input that is refused, with its files.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refusal {
    files: Files,
    said: Vec<Said>,
}

impl Refusal {
    /// Writes what is said.
    #[must_use]
    pub fn of(diagnostics: &Diagnostics) -> Self {
        Self {
            files: Files::of(&diagnostics.files),
            said: Said::of(&diagnostics.items),
        }
    }

    /// Reads what is said.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(self) -> Result<Diagnostics, String> {
        Said::read(self.said, &self.files.read())
    }
}
