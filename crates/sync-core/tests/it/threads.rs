//! Public types may cross threads.

use sync_core::command::*;
use sync_core::cycle::*;
use sync_core::guard::*;
use sync_core::journal::*;
use sync_core::transport::*;
use sync_core::*;

fn crosses_threads<T: Send + Sync>() {}

#[test]
fn public_types_are_send_and_sync() {
    macro_rules! all {
        ($($ty:ty)*) => { $(crosses_threads::<$ty>();)* };
    }
    all!(
        SynchronizationId JobId BatchNumber IdError Digest Finalization FinalizationError Outcome Committed
        Job JobState JobResult ImportState ImportSummary ResourceCounts Counters ImportError ImportErrorType
        CommandReference Page<ImportError> Payload PayloadFormat TableParameters CsvParameters SheetChoice FileId UserId
        ImportMode ImportRequest FileInfo SynchronizationInfo ServerInfo ServerVersion Profile UnknownProfile UnknownVersion
        Profile
        Command<'static> Community<'static> Domain<'static> Asset<'static> Mapping<'static> ComplexRelation<'static>
        CommunityIdentifier<'static> DomainIdentifier<'static> AssetIdentifier<'static> MappingIdentifier<'static>
        MappingTarget<'static> ComplexRelationIdentifier<'static> ExternalPair<'static> TypeRef<'static> Text<'static>
        Members<'static, Text<'static>> AttributeValue<'static> Owner<'static> UserRef<'static> UserGroupRef<'static>
        CommandError CommandErrorKind ResourceKind UnknownKind
        CycleState CycleSettings CycleMode Patience BatchState Permit Phase Settlement Exchange ExchangeState Entry
        Event Action Call StepError Crew StopSignal CallReport Halt HaltReason FinalizePermit
        Cycle<Open> Cycle<Batching> Cycle<Sealed> Cycle<Finalized>
        RemovalLimit LimitError GuardLimits GuardNumbers GuardVerdict GuardPass GuardStop PassReason JournalError
        BatchRequest FinalizeRequest FullRequest RelationsAction TransportError TransportErrorKind Delivery Operation
    );
}
