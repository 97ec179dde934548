using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Forks children, one after the other, that take a stack, page tables and pages, live, and give everything
/// back at their exit.</summary>
/// <remarks>Children run on their parent's CPU. A child that cannot have all it needs gives back what it got, as a
/// fork that fails does.</remarks>
internal sealed class ForkTask : StressTask
{
    private readonly ForkStormWorkload _forks;
    private readonly AllocationRequest _stack;
    private readonly AllocationRequest _table;
    private readonly AllocationRequest _page;
    private readonly Draws _pages;
    private readonly Draws _lifetime;
    private readonly BlockBag[] _children;
    private readonly DueQueue<int> _alive = new();
    private readonly Stack<int> _free = new();
    private ThinkTime _think;
    private long _left;
    private VirtualInstant _now;

    // The child that is being made or taken down; −1 for none. Blocks that it still wants.
    private int _child = -1;
    private long _wants;
    private bool _isLeaving;
    private bool _isEnding;
    private long _livePages;
    private long _forked;
    private long _exited;
    private long _failed;

    internal ForkTask(TaskId id, string workload, CpuId cpu, ForkStormWorkload forks, ThinkTime think, SeedTree seed)
        : base(id, workload, cpu)
    {
        (_forks, _think, _left) = (forks, think, forks.Forks ?? long.MaxValue);
        const GfpFlags kernel = GfpFlags.GfpKernel | GfpFlags.Account | GfpFlags.Zero;
        _page = forks.Basis.Request;
        _stack = _page.As(kernel, forks.StackOrder) with { IsFault = false };
        _table = _page.As(kernel, new(0)) with { IsFault = false };
        _pages = new(forks.Pages, seed.Child("pages"));
        _lifetime = new(forks.Lifetime, seed.Child("lifetime"));
        _children = new BlockBag[forks.Children];
        for (var i = 0; i < _children.Length; i++) _children[i] = new();
        for (var i = _children.Length - 1; i >= 0; i--) _free.Push(i);
    }

    public override IReadOnlyList<AllocationRequest> Requests => [_page, _table, _stack];

    /// <summary>Its page tables and stacks go with it.</summary>
    public override bool IsOfUser => true;

    public override long LivePages => _livePages;

    public override IReadOnlyList<TaskTally> Tallies =>
        [new("children", _forked), new("exits", _exited), new("forks that failed", _failed)];

    public override void Next(ref TaskStep step)
    {
        _now = step.NotBefore;
        step.Think = default;
        if (_child < 0) Choose();
        if (_child < 0)
        {
            if (_alive.Count > 0) step.SleepUntil(_alive.First);
            else step.Kind = TaskStepKind.Exit;
            return;
        }

        if (_isLeaving) Leave(ref step);
        else Grow(ref step);
    }

    /// <summary>Whose turn it is: a child whose time has come, or a new one.</summary>
    private void Choose()
    {
        if (_alive.First <= _now || (_isEnding && _alive.Count > 0))
        {
            (_child, _isLeaving) = (_alive.RemoveFirst(), true);
            _exited++;
        }
        else if (_left > 0 && _free.TryPop(out var room))
        {
            _left--;
            (_child, _isLeaving) = (room, false);
            _wants = 1 + _forks.PageTables + _pages.Next();
        }
    }

    private void Grow(ref TaskStep step)
    {
        var got = _children[_child].Count;
        var isPage = got > _forks.PageTables;
        step.Allocate(got == 0 ? _stack : isPage ? _page : _table);
        if (isPage) step.Think = _think.Next();
    }

    private void Leave(ref TaskStep step)
    {
        // The last first: pages, then page tables, then the stack, as exit_mmap and the end of the task do.
        var child = _children[_child];
        step.Kind = TaskStepKind.Free;
        step.Block = child.RemoveAt(child.Count - 1);
        _livePages -= step.Block.Pages;
        if (child.Count == 0) Vacate();
    }

    private void Vacate()
    {
        _free.Push(_child);
        _child = -1;
    }

    public override void Allocated(LiveBlock block)
    {
        _children[_child].Add(block);
        _livePages += block.Pages;
        if (_children[_child].Count < _wants) return;
        _forked++;
        _alive.Add(_now + new VirtualDuration(_lifetime.Next()), _child);
        _child = -1;
    }

    public override void Failed(AllocationFailure failure) => Skipped();

    public override void Skipped()
    {
        _failed++;
        _isLeaving = true;
        if (_children[_child].Count == 0) Vacate();
    }

    /// <summary>No more forks; all children exit now.</summary>
    public override bool Stop(VirtualInstant at)
    {
        (_left, _isEnding) = (0, true);
        _isLeaving = true;
        if (_child >= 0 && _children[_child].Count == 0) Vacate();
        return true;
    }

    public override IEnumerable<LiveBlock> LiveBlocks() => _children.SelectMany(child => child.Blocks());
}
