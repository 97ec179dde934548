using Numa.Core.Boot;
using Numa.Workloads.Replay;

namespace Numa.Workloads.Scenarios;

/// <summary>Makes the requests of a kernel's trace, with its times, on any machine and beside any other
/// workload.</summary>
/// <param name="File">Path of the trace, as the reader of traces takes it.</param>
/// <param name="Speed">How many times as fast as the trace; null: each request as soon as the last is done.</param>
public sealed record TraceWorkload(WorkloadBasis Basis, string File, double? Speed) : Workload(Basis)
{
    public const string Kind = "trace";

    public override bool HasManyOrders => true;

    public override bool GoesByTime => true;

    /// <summary>What the file holds; null until a machine is there to make the requests on.</summary>
    internal RequestLog? Log { get; init; }

    /// <exception cref="Core.Diagnostics.InputException">The file cannot be read, or is no trace.</exception>
    public override Workload On(MachineImage machine) => this with { Log = RequestLog.Read(File, Basis.Request) };
}
