using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios;

/// <summary>Bursts of packets, each of which needs a buffer at once or is dropped.</summary>
/// <param name="Arrivals">From one burst to the next. Unit: nanoseconds.</param>
/// <param name="Burst">Packets of a burst.</param>
/// <param name="Processing">From a packet's arrival until its buffer is freed. Unit: nanoseconds.</param>
/// <param name="Ring">Descriptors of each CPU: packets that wait and buffers in use hold one each, and packets
/// beyond are dropped.</param>
/// <param name="Bursts">On each CPU; null: until its time is over.</param>
/// <param name="Consumers">CPUs that free the buffers, one for each; null: whoever received them.</param>
public sealed record NetworkReceiveWorkload(
    WorkloadBasis Basis, Distribution Arrivals, Distribution Burst, Distribution Processing, int Ring, long? Bursts,
    CpuChoice? Consumers) : Workload(Basis)
{
    public const string Kind = "network-receive";

    public override bool EndsByItself => Bursts is not null;

    public override CpuChoice? Partners => Consumers;

    public override bool IsDrawn => true;

    public override bool GoesByTime => true;
}
