using Numa.Core.Allocation;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Replay;

/// <summary>What the model gave an allocation of the phase. It is made by writing it down, and never changes.</summary>
internal sealed class Prediction
{
    private Prediction(int allocation, LiveBlock? block) => (Allocation, Block) = (allocation, block);

    public int Allocation { get; }

    /// <summary>Null for none.</summary>
    public LiveBlock? Block { get; }

    /// <summary>The predictions of a phase, each written once, by whichever CPU allocates.</summary>
    /// <param name="allocations">Allocations of the phase.</param>
    public sealed class Sheet(int allocations)
    {
        private readonly Prediction?[] _written = new Prediction?[allocations];

        /// <summary>Null for an allocation that the model never came to.</summary>
        public Prediction? this[int allocation] => _written[allocation];

        /// <exception cref="InvariantBreachException">It is written already.</exception>
        public Prediction Write(int allocation, LiveBlock? block)
        {
            Invariant.Holds(_written[allocation] is null, "a prediction is written once");
            return _written[allocation] = new(allocation, block);
        }
    }
}
