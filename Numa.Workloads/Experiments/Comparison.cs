using System.Collections.Immutable;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

public sealed record ComparisonArm(string Value, Scenario Scenario, ImmutableArray<RunRecord> Runs);

public static class Comparison
{
    public static ComparisonResult Build(
        Scenario scenario, string varyPath, ImmutableArray<ComparisonArm> arms, string command) =>
        throw new NotImplementedException();
}
