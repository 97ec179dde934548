using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Numa.Core.Diagnostics;

/// <summary>Claims that hold in every build, Release too: a breach means that the simulator is wrong.</summary>
public static class Invariant
{
    /// <exception cref="InvariantBreachException"><paramref name="condition"/> is false.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string claim = "")
    {
        if (!condition) Throw(claim);
    }

    [DoesNotReturn]
    private static void Throw(string claim) => throw new InvariantBreachException(claim);
}
