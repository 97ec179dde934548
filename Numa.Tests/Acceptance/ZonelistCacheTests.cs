using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Acceptance;

// Spec 14 §3.3: nodes 0 and 1 are full, 16384 pages of node 1 are freed, and 4096 pages are asked for.
public class ZonelistCacheTests
{
    private const int Freed = 16384;
    private const int Asked = 4096;

    [Theory]
    [InlineData("2.6.35", 2, 1)]
    [InlineData("3.10", 2, 1)]
    [InlineData("4.4", 1, 1)]
    [InlineData("4.9", 1, 1)]
    public void A_full_zone_is_left_alone_for_a_second_up_to_4_3(string kernel, int atOnce, int later)
    {
        var machine = Boot(kernel);
        var task = new SpillAndFree(machine);
        TinyMachine.Run(machine, task);
        Assert.Equal([atOnce], task.AtOnce.Distinct());
        Assert.Equal([later], task.Later.Distinct());
        Assert.Equal((Asked, Asked), (task.AtOnce.Count, task.Later.Count));
    }

    // When every zone is known as full, the walk is repeated without that knowledge: nothing is lost by it.
    [Fact]
    public void What_is_known_as_full_is_tried_again_before_the_walk_fails()
    {
        var machine = Boot("3.10");
        var filled = new[] { "3.10", "4.9" }.Select(kernel =>
        {
            // More pages than there are: a walk that fails without asking a zone takes no time, so not for ever.
            var pages = (int)machine.Zones.Sum(zone => zone.Managed.Value);
            var fill = new ScriptTask(0, 0, [.. Enumerable.Repeat(ScriptTask.Allocate(0), pages)]);
            var plan = new Numa.Core.Processes.SimulationPlan(Boot(kernel), [fill], CostModel.Default,
                new(900_000_000), []);
            var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
            loop.Run();
            return loop.Zones.Select(zone => zone.Zone.FreePages <= machine.Zones[zone.Slot].Tuning.Marks.Low.Value)
                .ToArray();
        }).ToList();
        Assert.Equal(filled[1], filled[0]);
    }

    private static MachineImage Boot(string kernel)
    {
        var file = ScenarioParser.ParseMachine($$"""
            kernel: "{{kernel}}"
            nodes:
              - {memory: 512MiB, cpus: 0}
              - {memory: 512MiB, cpus: 1}
              - {memory: 512MiB, cpus: 2}
            """, "zlc-3node-512m.yaml");
        return MachineBoot.Boot(file.Machine, file.Boot, []).Image;
    }

    /// <summary>Fills two nodes, frees pages of the second, and asks for more: at once, and after more than a
    /// second.</summary>
    private sealed class SpillAndFree(MachineImage machine) : SimulatedTask(new(0), "spill", new(0))
    {
        private static readonly AllocationRequest Request = new(GfpFlags.GfpHighUserMovable, new(0));
        private readonly Stack<LiveBlock> _second = [];
        private readonly List<LiveBlock> _other = [];
        private int _freed;
        private bool _spilled;
        private bool _rested;

        public List<int> AtOnce { get; } = [];

        public List<int> Later { get; } = [];

        public override long LivePages => _second.Count + _other.Count;

        public override void Next(ref TaskStep step)
        {
            step.Think = VirtualDuration.Zero;
            step.Kind = TaskStepKind.Allocate;
            step.Request = Request;
            if (!_spilled) return;
            if (_freed < Freed)
            {
                _freed++;
                step.Kind = TaskStepKind.Free;
                step.Block = _second.Pop();
            }
            else if (AtOnce.Count == Asked && !_rested)
            {
                _rested = true;
                step.Kind = TaskStepKind.Think;
                step.Think = new(1_100_000_000);
            }
            else if (Later.Count == Asked)
            {
                step.Kind = TaskStepKind.Exit;
            }
        }

        public override void Allocated(LiveBlock block)
        {
            var node = machine.Zones[block.Zone].Id.Node.Value;
            if (_rested) Later.Add(node);
            else if (_spilled) AtOnce.Add(node);
            _spilled |= node == 2;
            if (node == 1) _second.Push(block);
            else _other.Add(block);
        }

        public override IEnumerable<LiveBlock> LiveBlocks() => _other.Concat(_second);
    }
}
