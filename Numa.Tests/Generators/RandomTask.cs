using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Tests.Generators;

/// <summary>A program that does anything a task may do, drawn from a seed.</summary>
internal sealed class RandomTask(
    TaskId id, CpuId cpu, ImmutableArray<AllocationRequest> requests, int tasks, int steps, long longestThink,
    ulong seed)
    : SimulatedTask(id, "random", cpu)
{
    private readonly List<LiveBlock> _held = [];
    private SeededRandom _random = new(seed);
    private int _left = steps;

    /// <summary>It tells its requests beforehand.</summary>
    public bool IsOpen { get; init; }

    public override IReadOnlyList<AllocationRequest>? Requests => IsOpen ? requests : null;

    protected override bool IsProgram => true;

    public override long LivePages => _held.Sum(block => block.Pages);

    public override void Next(ref TaskStep step)
    {
        step.Think = new(Below(3) == 0 ? Below(longestThink + 1) : 0);
        if (_left-- <= 0)
        {
            step.Kind = TaskStepKind.Exit;
            return;
        }

        var draw = Below(100);
        if (draw < 30 && _held.Count > 0)
        {
            step.Kind = TaskStepKind.Free;
            step.Block = RemoveAny();
        }
        else if (draw < 80)
        {
            step.Kind = TaskStepKind.Allocate;
            step.Request = requests[(int)Below(requests.Length)];
        }
        else if (draw < 94 && tasks > 0)
        {
            step.Kind = TaskStepKind.HandOver;
            step.Receiver = new((int)Below(tasks));
            step.Blocks = [.. Enumerable.Range(0, (int)Below(Math.Min(6, _held.Count + 1))).Select(_ => RemoveAny())];
        }
        else
        {
            step.Kind = draw < 97 ? TaskStepKind.Think
                : draw == 97 && AnonymousPages > 0 ? TaskStepKind.Unmap : TaskStepKind.Sleep;
        }
    }

    public override void Allocated(LiveBlock block) => _held.Add(block);

    public override void Received(TaskId sender, LiveBlock[] blocks) => _held.AddRange(blocks);

    public override IEnumerable<LiveBlock> LiveBlocks() => _held;

    private long Below(long bound) => _random.NextBelow(bound);

    private LiveBlock RemoveAny()
    {
        var index = (int)Below(_held.Count);
        var block = _held[index];
        _held.RemoveAt(index);
        return block;
    }
}
