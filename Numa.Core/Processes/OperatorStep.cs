using Numa.Core.Addressing;

namespace Numa.Core.Processes;

/// <summary>What the operator's CPU does next.</summary>
internal enum OperatorStepKind : byte
{
    /// <summary>Go to a zone, and go on with its reply.</summary>
    Visit,

    /// <summary>Tell every CPU what the machine has become, and go on.</summary>
    Tell,

    /// <summary>Have every CPU give back what its pageset of a zone holds, and go on when all have.</summary>
    EmptyPagesets,
}

/// <summary>One step of an operation on the machine.</summary>
/// <param name="Slot">Zone that is visited, or whose pagesets are emptied.</param>
/// <param name="Facts">What is told.</param>
internal readonly record struct OperatorStep(
    OperatorStepKind Kind, int Slot, ZoneVisitKind Visit, PageRange Range, MachineFacts? Facts);
