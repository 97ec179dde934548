using System.Runtime.CompilerServices;
using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>Draws one of a few by their shares.</summary>
/// <remarks>Shares are percent, 100 together.</remarks>
internal sealed class DrawTable
{
    private readonly byte[] _choices = new byte[100];
    private SeededRandom _random;

    /// <param name="shares">Shape: index = choice.</param>
    public DrawTable(IReadOnlyList<int> shares, SeedTree seed)
    {
        var next = 0;
        for (var choice = 0; choice < shares.Count; choice++)
        {
            for (var percent = 0; percent < shares[choice]; percent++) _choices[next++] = (byte)choice;
        }

        _random = seed.Random();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next() => _choices[_random.NextBelow(_choices.Length)];
}
