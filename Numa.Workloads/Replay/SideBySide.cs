using System.Collections.Immutable;

namespace Numa.Workloads.Replay;

/// <summary>Works on independent items on all cores.</summary>
internal static class SideBySide
{
    /// <returns>What came of each item, in the items' order.</returns>
    /// <remarks>Of several items that fail, the first one's failure is thrown.</remarks>
    public static async Task<ImmutableArray<TResult>> RunAsync<T, TResult>(
        IReadOnlyList<T> items, Func<T, Task<TResult>> work)
    {
        using var cores = new SemaphoreSlim(Environment.ProcessorCount);
        var begun = items.Select(item => Task.Run(async () =>
        {
            await cores.WaitAsync().ConfigureAwait(false);
            try
            {
                return await work(item).ConfigureAwait(false);
            }
            finally
            {
                cores.Release();
            }
        })).ToList();
        return [.. await Task.WhenAll(begun).ConfigureAwait(false)];
    }
}
