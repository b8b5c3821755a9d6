//! Looking at the outcome: what the catalogue holds of a case.

use http::Method;
use serde_json::Value;

use super::case::Case;
use super::outcome::{Step, broken};
use super::wire::{Payload, encoded};

/// Most pages of the list of synchronizations that are read.
const LIST_PAGES: usize = 1000;

impl Case<'_> {
    /// Full names of the assets in the domain of this case, sorted.
    pub(super) async fn assets(&self) -> Step<Vec<String>> {
        let domain = self.domain_id()?;
        let page = self.wire().get(&format!("/assets?domainId={domain}&limit=1000")).await?.ok()?;
        let mut names: Vec<String> =
            results(&page).iter().filter_map(|asset| asset["name"].as_str()).map(str::to_owned).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The asset of this full name in the domain of this case.
    pub(super) async fn find_asset(&self, name: &str) -> Step<Option<Value>> {
        let domain = self.domain_id()?;
        let path = format!("/assets?name={}&nameMatchMode=EXACT&domainId={domain}", encoded(name));
        let page = self.wire().get(&path).await?.ok()?;
        Ok(results(&page).iter().find(|asset| asset["name"] == name).cloned())
    }

    /// The same, where it has to be there.
    pub(super) async fn asset(&self, name: &str) -> Step<Value> {
        match self.find_asset(name).await? {
            Some(asset) => Ok(asset),
            None => broken(format!("the asset {name} to be there"), "there is none"),
        }
    }

    /// The id of an asset's status.
    pub(super) async fn status(&self, name: &str) -> Step<String> {
        Ok(text(&self.asset(name).await?["status"]["id"]))
    }

    pub(super) async fn display_name(&self, name: &str) -> Step<String> {
        Ok(text(&self.asset(name).await?["displayName"]))
    }

    /// How many relations lead from an asset.
    pub(super) async fn relations_from(&self, name: &str) -> Step<usize> {
        let id = text(&self.asset(name).await?["id"]);
        let page = self.wire().get(&format!("/relations?sourceId={id}")).await?.ok()?;
        Ok(results(&page).len())
    }

    /// Values of the attributes of an asset, sorted.
    pub(super) async fn attribute_values(&self, name: &str) -> Step<Vec<String>> {
        let id = text(&self.asset(name).await?["id"]);
        let page = self.wire().get(&format!("/attributes?assetId={id}")).await?.ok()?;
        let mut values: Vec<String> = results(&page).iter().map(|attribute| text(&attribute["value"])).collect();
        values.sort_unstable();
        Ok(values)
    }

    /// Whether a pair of this case is mapped to something.
    pub(super) async fn is_mapped(&self, entity: &str) -> Step<bool> {
        let path = format!("/mappings/externalSystem/{}/externalEntity/{entity}", self.run.mark.external_system());
        let answer = self.wire().get(&path).await?;
        Ok(answer.status != 404 && answer.ok()?["mappedResource"]["id"].is_string())
    }

    pub(super) async fn has_community(&self, name: &str) -> Step<bool> {
        Ok(self.wire().community(name).await?.is_some())
    }

    /// Whether a synchronization is known.
    pub(super) async fn exists(&self, id: &str) -> Step<bool> {
        let answer = self.wire().get(&format!("/import/synchronize/exists/{id}")).await?;
        match answer.json {
            Value::Bool(exists) if answer.status == 200 => Ok(exists),
            _ => broken(format!("{} to answer 200 and true or false", answer.call), answer.told()),
        }
    }

    /// Whether the list of synchronizations has an id; goes through all pages.
    pub(super) async fn is_listed(&self, id: &str) -> Step<bool> {
        let mut offset = 0;
        // A server that passes over the offset would have this go on for ever.
        for _ in 0..LIST_PAGES {
            let path = format!("/import/synchronize?offset={offset}&limit=1000");
            let page = self.wire().get(&path).await?.ok()?;
            let results = results(&page);
            if results.is_empty() {
                return Ok(false);
            }
            if results.iter().any(|entry| entry["synchronizationId"] == id) {
                return Ok(true);
            }
            offset += results.len();
        }
        broken("a list that comes to an end", format!("{offset} entries and more"))
    }

    /// Whether a job is over, as soon as it can be seen.
    pub(super) async fn is_over(&self, job: &str) -> Step<bool> {
        Ok(is_terminal(&self.run.visible(job).await?))
    }

    /// Whether the server is the embedded one, with its own ways to be steered.
    pub(super) async fn is_emulator(&self) -> Step<bool> {
        let health = self.wire().beside(Method::GET, "/_emulator/health", Payload::None).await?;
        Ok(health.status == 200)
    }
}

impl super::wire::Wire {
    /// The id of the community of this name.
    pub(super) async fn community(&self, name: &str) -> Step<Option<String>> {
        let path = format!("/communities?name={}&nameMatchMode=EXACT&excludeMeta=false", encoded(name));
        let page = self.get(&path).await?.ok()?;
        Ok(results(&page).iter().find(|entry| entry["name"] == name).map(|entry| text(&entry["id"])))
    }
}

/// The entries of a page.
pub(super) fn results(page: &Value) -> &[Value] {
    page["results"].as_array().map_or(&[], Vec::as_slice)
}

/// A member that is a text; empty if it is none.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Whether nothing more will happen to a job.
pub(super) fn is_terminal(job: &Value) -> bool {
    matches!(job["state"].as_str(), Some("COMPLETED" | "ERROR" | "CANCELED"))
}
