using Numa.Core.Addressing;

namespace Numa.Core.Text;

/// <summary>Which of the page allocator's trace events a line holds.</summary>
public enum TraceEventKind
{
    /// <summary><c>mm_page_alloc</c>: a request got its block, or (frame 0) none.</summary>
    Allocated,

    /// <summary><c>mm_page_free</c>: a block is given back, to a pageset or to the buddy lists.</summary>
    Freed,

    /// <summary><c>mm_page_free_batched</c>: a block of a list of pages is given back.</summary>
    FreedInList,

    /// <summary><c>mm_page_alloc_zone_locked</c>: a block leaves the buddy lists.</summary>
    Taken,

    /// <summary><c>mm_page_pcpu_drain</c>: a block goes from a pageset to the buddy lists.</summary>
    Drained,

    /// <summary><c>mm_page_alloc_extfrag</c>: a request is served from another migratetype.</summary>
    FellBack,

    /// <summary>Memory is short: what happened is told by <see cref="TraceEvent.Pressure"/>.</summary>
    Pressure,

    /// <summary><c>tracing_mark_write</c>: what a program wrote into the trace.</summary>
    Mark,

    /// <summary>The kernel's note that events of a CPU were lost here.</summary>
    Lost,
}

/// <summary>One event of the page allocator, as ftrace printed it.</summary>
public readonly record struct TraceEvent
{
    public required TraceEventKind Kind { get; init; }

    /// <summary>Line of the text, from 1.</summary>
    public required int Line { get; init; }

    public CpuId Cpu { get; init; }

    /// <summary>Number of the task that ran; 0 is the idle task.</summary>
    public int Task { get; init; }

    /// <summary>It came in an interrupt, or with bottom halves off; false where the trace has no flags.</summary>
    public bool IsInterrupt { get; init; }

    /// <summary>The task is one of the kernel's workers, by its name.</summary>
    public bool IsWorker { get; init; }

    /// <summary>An interrupt, hard or soft, had come upon the task; false where the line has no flags.</summary>
    public bool ServesInterrupt { get; init; }

    /// <summary>Unit: nanoseconds of the trace's clock.</summary>
    public long Nanoseconds { get; init; }

    public PageFrameNumber Frame { get; init; }

    /// <summary>Order of the block; for a fallback the order that was asked for.</summary>
    public int Order { get; init; }

    /// <summary>Migratetype as the kernel numbers it; for a fallback the type that was asked for.</summary>
    public int TypeNumber { get; init; }

    /// <summary>A fallback's order of the block that was found.</summary>
    public int FallbackOrder { get; init; }

    /// <summary>A fallback's migratetype of the list where the block was found, as the kernel numbers it.</summary>
    public int FallbackTypeNumber { get; init; }

    /// <summary>A fallback's pageblock changed its tag to the type that was asked for.</summary>
    public bool ChangesOwnership { get; init; }

    /// <summary>An allocation's gfp flags, or the text of a mark; else empty.</summary>
    public string Text { get; init; }

    /// <summary>Null unless memory is short.</summary>
    public PressureEvent? Pressure { get; init; }
}
