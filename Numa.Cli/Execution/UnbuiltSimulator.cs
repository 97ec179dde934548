using Numa.Workloads.Measurement;

namespace Numa.Cli.Execution;

/// <summary>Stands where the engine will: every request is refused.</summary>
internal sealed class UnbuiltSimulator : ISimulator
{
    public Task<RunOutcome> RunAsync(RunRequest request, IProgress<RunProgress> progress, CancellationToken cancel) =>
        throw new NotImplementedException("the engine is not part of this build");

    public Task<ComparisonResult> CompareAsync(
        CompareRequest request, IProgress<RunProgress> progress, CancellationToken cancel) =>
        throw new NotImplementedException("the engine is not part of this build");

    public string Show(ShowRequest request) =>
        throw new NotImplementedException("the engine is not part of this build");
}
