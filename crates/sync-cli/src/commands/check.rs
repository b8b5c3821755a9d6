//! `collibra-sync check`

use std::path::Path;
use std::sync::Arc;

use sync_core::model::{Model, ModelIndex, ModelSource as _};
use sync_engine::check;
use sync_formats::BatchLimits;

use super::plan::survey_exit;
use super::sync::of_transport;
use super::{Manner, inputs, with_runtime};
use crate::args::{CheckArgs, OutputFormat};
use crate::exit::{Exit, Failure, OrExit};
use crate::files::{unread, write_json, write_whole};
use crate::output::{human, printer, sarif};
use crate::target::{Chosen, Target};

pub(crate) fn run(args: &CheckArgs, manner: Manner) -> Result<Exit, Failure> {
    let spill = std::env::temp_dir();
    let inputs = inputs::open(&args.input.inputs, &args.input.kind, &spill)?;
    let mut options = args.levels.options();
    if let Some(model) = model(args)? {
        options = options.with_model(Arc::new(ModelIndex::new(model)));
    }
    let report = check(&inputs, limits(&args.batches), &options, &spill)
        .map_err(|error| Failure::new(survey_exit(&error), error))?;
    if let Some(file) = &args.sarif {
        write_json("the findings", file, &sarif::log(&report))?;
    }
    match manner.output {
        OutputFormat::Json => printer::json(&report),
        OutputFormat::Human => printer::text(&human::check(&report)),
    }
    Ok(Exit(report.exit_code))
}

/// The operating model that the commands have to fit, if one was asked for.
fn model(args: &CheckArgs) -> Result<Option<Model>, Failure> {
    match &args.model {
        Some(file) if file.exists() => kept(file).map(Some),
        Some(file) if !Chosen::is_given(&args.target) => {
            let failure = Failure::usage(format_args!("there is no operating model {}", file.display()));
            Err(failure
                .with_hint("name the target it is to be read from with --url URL (or COLLIBRA_URL) or --embedded"))
        }
        file if Chosen::is_given(&args.target) => {
            let model = with_runtime(read(args))?;
            if let Some(file) = file {
                write_whole("the operating model", file, &model.to_vec().or_exit(Exit::BROKEN)?)?;
                printer::note(&format!(
                    "the operating model is kept in {}; it is read from there from now on",
                    file.display()
                ));
            }
            Ok(Some(model))
        }
        _ => Ok(None),
    }
}

async fn read(args: &CheckArgs) -> Result<Model, Failure> {
    let target = Target::open(&Chosen::from(&args.target)?, &args.target, &args.state).await?;
    let model = target.http.model().await;
    target.close().await;
    model.map_err(of_transport)
}

fn kept(file: &Path) -> Result<Model, Failure> {
    const WHAT: &str = "the operating model";
    let json = std::fs::read(file).map_err(unread(WHAT, file))?;
    let model = Model::from_slice(&json).map_err(unread(WHAT, file))?;
    if !model.complete {
        let failure = Failure::usage(format_args!("{} is not the whole model of an instance", file.display()));
        return Err(failure.with_hint(
            "let --model name a new file and a target to read it from; an addition to the types a server comes with is \
             for --embedded --seed FILE",
        ));
    }
    Ok(model)
}

pub(super) fn limits(args: &crate::args::BatchArgs) -> BatchLimits {
    BatchLimits::default().with_commands(args.batch_commands).with_bytes(args.batch_bytes.0)
}
