//! What the server does beyond the sixty statements, with what each row stands on.

/// One behaviour.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) says: &'static str,
    /// Documented, inferred, chosen, and what is not there; with a word about parts that stand on less.
    pub(super) standing: &'static str,
    /// The member of the readings that changes it, with its values; empty if there is none.
    pub(super) reading: &'static str,
}

const fn row(says: &'static str, standing: &'static str) -> Row {
    Row { says, standing, reading: "" }
}

/// The rows by section.
pub(super) const BEYOND: &[(&str, &[Row])] = &[
    ("Cycles and tracking", CYCLES),
    ("Hashes", HASHES),
    ("Finalization", FINALIZATION),
    ("Single call", SINGLE_CALL),
    ("Jobs and results", JOBS),
    ("Commands", COMMANDS),
    ("Catalogue", CATALOGUE),
    ("HTTP", HTTP),
];

const CYCLES: &[Row] = &[
    row("An id whose only batches were rolled back does not exist", "inferred"),
    row("Remove and evict of an unknown id answer 204; both come after the jobs accepted before them", "chosen"),
    row("The list of ids is sorted", "chosen"),
    row("An empty array opens a cycle in which nothing is seen", "chosen"),
];

const HASHES: &[Row] = &[
    row(
        "The hash covers the parsed command and `relationsAction`; white space, order of the command's own members and \
         unknown members do not matter, order of attributes, relations and lists does",
        "chosen",
    ),
    row("An equal command whose resource was deleted is executed", "chosen"),
];

const FINALIZATION: &[Row] = &[
    row("A finalize of another content type than multipart is answered with 415", "inferred"),
    row("A removed asset takes attributes, relations, tags, responsibilities and complex relations along", "inferred"),
    row("Domains and communities that are removed take along all they hold", "chosen"),
    row("`missingAssetStatusId` wins over `finalizationParameters`", "chosen"),
    row("An unknown status fails the job, the cycle stays open", "chosen"),
    row(
        "A returned asset is restored only by CHANGE_STATUS with the same status, and only while it still has that status",
        "the first inferred, the second chosen",
    ),
    row("Finalize of an unknown id succeeds and does nothing", "chosen"),
    row("A finalize that fails changes nothing", "chosen"),
];

const SINGLE_CALL: &[Row] =
    &[row("After an abort: not finalized", "chosen"), row("It joins and closes an open cycle", "chosen")];

const JOBS: &[Row] = &[
    row("The number of failed commands that aborts a job can be set", "documented"),
    row(
        "Jobs of one id run in the order of acceptance; the work of several ids is done one job at a time",
        "chosen; the service runs up to 8 at once",
    ),
    row("Names of jobs, type IMPORT for all, `cancelable` false", "chosen"),
    row("Answers to submits have `result`, whatever reading jobs later shows", "chosen"),
    row("`total` is -1 where counting is skipped", "chosen"),
    row("Counters without `failed`, lists never `null`, unless `sampleCounters` says otherwise", "documented"),
    row(
        "An asset counts as updated if a field or its tags changed; attributes, relations, responsibilities count on \
         their own",
        "chosen",
    ),
    row("What goes along with a removed asset is not counted, except mappings and complex relations", "chosen"),
    row("Errors have several indices for merged commands", "documented"),
    row("`command.identifier` is the id, the name, `system/entity`, or JSON", "chosen"),
    row("All errors are VALIDATION except those of the server itself; their sentences", "chosen"),
    row("A file that is not JSON fails the job in either setting of `continueOnError`", "inferred"),
];

const COMMANDS: &[Row] = &[
    row("MERGE of resources, SET of fields, attributes per type, tags", "documented"),
    row("SET of relations per type and direction, of owners per role", "inferred"),
    row("Empty lists remove", "inferred"),
    row("Identifier forms, one at a time", "documented"),
    row("Identifying properties cannot be changed; repeating them is allowed", "documented, the second half inferred"),
    row("An external pair creates the mapping", "documented"),
    row("An id that does not exist is an error", "chosen"),
    row("Names are compared byte by byte", "chosen"),
    row(
        "What is referred to has to exist or to come earlier in the file",
        "documented for some kinds, inferred for the rest",
    ),
    row("Communities cannot be nested within one request", "documented"),
    row(
        "Neighbouring commands with one identifier are united (at most 1,000 commands or 4 MiB)",
        "documented, the bound chosen",
    ),
    row("Kinds of values: numbers and booleans are checked; booleans in any case", "chosen"),
    row("Ends of relations are checked against the asset types and their parents", "inferred"),
    row(
        "Attribute assignments, allowed values, statuses per type, domain types per asset type are not checked",
        "a gap",
    ),
    row("Any id is accepted for users and groups", "a gap"),
    row("Asset responsibilities are refused unless switched on", "documented"),
    row(
        "Complex relations: type ignored on update, legs within their occurrences",
        "documented, the second half inferred",
    ),
    row("Default status: of the type, of its parents, otherwise Candidate", "inferred"),
    row("Resources have ids of UUID version 8, types without a published id one of version 5", "chosen"),
];

const CATALOGUE: &[Row] = &[
    row("A community that is deleted takes along all it holds, and answers 204", "documented, the first half inferred"),
    row("Mappings of what is deleted that way stay, with nothing at their other end", "documented"),
    row("Deleting the mapping of a pair answers 204 also where there is none", "documented"),
];

const HTTP: &[Row] = &[
    row("Error bodies", "documented in sibling APIs, inferred here"),
    row(
        "Part order, content types, capitalised booleans, unknown parts, `Expect: 100-continue`",
        "observed with existing clients",
    ),
    row("Name filters ignore the case of ASCII letters except with EXACT", "inferred"),
    row("CSV, Excel, plain imports, files, sessions, tokens, cancelling, the newer jobs API", "missing so far"),
];
