namespace Numa.Core.Processes;

/// <summary>A lock of the whole machine that is only ever tried, never waited for.</summary>
/// <remarks>Kept by the process of the machine's first zone, so that it is taken in the order of arrival like all that
/// CPUs share.</remarks>
public enum MachineLock
{
    /// <summary>Emptying everybody's pagesets. Source: <c>pcpu_drain_mutex</c>, Linux mm/page_alloc.c.</summary>
    DrainAll,

    /// <summary>Looking for a victim. Source: <c>oom_lock</c>, Linux mm/oom_kill.c.</summary>
    OutOfMemory,
}
