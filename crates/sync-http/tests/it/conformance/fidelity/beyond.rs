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
    ("Imports and files", IMPORTS),
    ("CSV and Excel", TABLES),
    ("Commands", COMMANDS),
    ("Catalogue", CATALOGUE),
    ("Signing in", SIGNING_IN),
    ("HTTP", HTTP),
];

const CYCLES: &[Row] = &[
    row("An id whose only batches were rolled back does not exist", "inferred"),
    Row {
        says: "Remove and evict of an unknown id answer 204",
        standing: "chosen",
        reading: "`unknown_synchronization` no-content / not-found",
    },
    row("Both come after the jobs of that id accepted before them", "chosen"),
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
    row("Up to 8 jobs are RUNNING, others WAITING", "documented for the 8, which can be set; WAITING is inferred"),
    Row {
        says: "Jobs of one synchronization run one after the other in the order of acceptance",
        standing: "chosen",
        reading: "`job_order` fifo / racing, where a finalization overtakes its batches",
    },
    Row {
        says: "Two running jobs that touch one asset: the second ends in ERROR",
        standing: "chosen",
        reading: "`concurrent_assets` second-fails / serialized; documented is that one should not",
    },
    row("The same for communities, domains and relations", "a gap: they do not clash"),
    row("Work is done one job after the other; `progressPercentage` of a job stays 0 until its turn", "a gap"),
    row(
        "Cancelling: 202, own jobs, all jobs for administrators",
        "documented; 403, 404 and 409 (the job is over) are chosen",
    ),
    row(
        "A waiting job is CANCELED at once, a running one as soon as its current command is done; the result is ABORTED",
        "chosen",
    ),
    Row {
        says: "What a cancelled job had not committed is undone",
        standing: "chosen",
        reading: "`canceled_work` rolled-back / kept; a finalization is never half done",
    },
    row(
        "`POST /jobs/{id}/canceled` is gone from 2026.07 on",
        "documented as announced: `older_cancel` by-version / offered / removed",
    ),
    Row {
        says: "Both jobs APIs are there",
        standing: "chosen",
        reading: "`jobs_api` both / older-only / newer-only; a missing one answers as `missing_jobs_api` says, gone / not-found",
    },
    row("Newer jobs API: times as text, `user`, `selfManaged`, pages by `nextCursor`", "documented"),
    row(
        "Its states WAITING, RUNNING, COMPLETED, FAILED, DELETED; DELETE answers 204",
        "the words inferred from a tool description, the code chosen",
    ),
    Row { says: "Names of jobs", standing: "chosen", reading: "`job_names` plain / with-file" },
    row("Type IMPORT for all jobs, `cancelable` until the job is over", "chosen"),
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
    row("Its summary counts what small transactions had committed before; the same after a clash", "chosen"),
];

const IMPORTS: &[Row] = &[
    row("A plain import adds and updates, removes nothing and is tracked by no synchronization", "documented"),
    row("`simulation` on an import: everything is tried, reported and undone", "documented for the dry run"),
    row(
        "`simulation` with `continueOnError`",
        "documented as unsupported; 400 is chosen. Left out, `continueOnError` is off",
    ),
    row("Files are stored with 201 and a list of their descriptions", "documented"),
    row("Deleting a file answers 204, and 404 if it is unknown; `timeToLive` counts milliseconds", "chosen"),
    row("Stored files are kept until they are deleted", "chosen"),
    row("A job that was given a file keeps it, whatever becomes of the file", "chosen"),
    row(
        "`deleteFile`: with an import if it succeeds (state COMPLETED), with a synchronization however it ends",
        "documented, the state chosen",
    ),
    row("An unknown `fileId` answers 404", "chosen"),
    row(
        "`sendNotification`, `saveResult`, `batchSize` are checked and have no effect; `fileName` counts in names of jobs \
         alone, with `file`, before the name that its part has",
        "documented for `batchSize`, chosen for the rest",
    ),
    Row {
        says: "`attributesAction` is passed over",
        standing: "chosen",
        reading: "`attributes_action` ignored / applied",
    },
];

const TABLES: &[Row] = &[
    row("Rows become commands by the template, neighbouring rows of one resource become one command", "documented"),
    row(
        "Commands are made kind by kind, so that rows that stand apart only because of other kinds are neighbours",
        "chosen",
    ),
    row("Indices in errors count commands before they are merged", "chosen"),
    row(
        "Templates that are none are answered with 400; a table that cannot be read fails its job, as JSON does",
        "chosen",
    ),
    Row {
        says: "Cells that stand for strings of a list, or lie in the legs of complex relations, are split into several",
        standing: "chosen",
        reading: "`list_cells` strings / all",
    },
];

const COMMANDS: &[Row] = &[
    row("MERGE of resources, SET of fields, attributes per type, tags", "documented"),
    row("SET of relations per type and direction, of owners per role", "inferred"),
    row("Empty lists remove", "inferred"),
    row("Identifier forms, one at a time", "documented"),
    row("Identifying properties cannot be changed; repeating them is allowed", "documented, the second half inferred"),
    row("An external pair creates the mapping", "documented"),
    row("An id that does not exist is an error", "chosen"),
    Row {
        says: "Names are compared byte by byte",
        standing: "chosen",
        reading: "`name_case` exact / ignored (letters of ASCII)",
    },
    Row {
        says: "A member that is `null` counts as absent",
        standing: "chosen",
        reading: "`null_members` absent / refused",
    },
    Row {
        says: "An empty attribute value is stored",
        standing: "chosen",
        reading: "`empty_values` stored / removed / refused",
    },
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
        "Attribute assignments, allowed values, statuses and domain types of an asset type are checked where the operating \
         model has assignments for it; the packaged one has none",
        "inferred",
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

const SIGNING_IN: &[Row] = &[
    row(
        "HTTP Basic, sessions, bearer tokens, OAuth client credentials on every operation",
        "documented, for files with a bearer token inferred",
    ),
    row("A new login ends the user's open session", "documented"),
    row("Sessions end after 30 minutes without use, tokens after an hour", "chosen; both can be set"),
    Row {
        says: "Changes with a session's cookie need `X-CSRF-TOKEN`",
        standing: "chosen",
        reading: "`csrf_token` required / ignored; the header is known from a public plugin",
    },
    row(
        "`auth/sessions/current` shows the token alone unless `include` asks for more, and answers for Basic and bearer too",
        "the first documented in the older core document, the second chosen",
    ),
    row("The login answers with the token alone", "chosen"),
    row("With several ways to sign in in one request, the `Authorization` header counts", "chosen"),
    row("Clients act as a system user of their own", "documented"),
    row("Errors of the token endpoint", "documented (RFC 6749)"),
    row("The service checks tokens with public keys; the server with a shared secret (HS256)", "a gap"),
    row(
        "`application/info` says 2026.07.0, or 2026.06.0 in the older profile",
        "the shape documented, the figures chosen",
    ),
];

const HTTP: &[Row] = &[
    row("Error bodies", "documented in sibling APIs, inferred here"),
    row(
        "Part order, content types, capitalised booleans, unknown parts, `Expect: 100-continue`",
        "observed with existing clients",
    ),
    row("Name filters ignore the case of ASCII letters except with EXACT", "inferred"),
    row("`simulation` is ignored on synchronizations", "documented"),
    row("`file` and `fileId` exclude each other", "documented; `file_and_file_id` refused / job-error, 400 is chosen"),
    row(
        "Submits as `application/x-www-form-urlencoded` answer 415",
        "inferred; `url_encoded_form` refused / accepted, as one public client sends them",
    ),
    row("A submit without any content type answers 400", "chosen"),
    row(
        "413, 429, 408 and 503 for clients that take too much, with `Retry-After` on 429 and 503",
        "the codes inferred, the figures chosen",
    ),
];
