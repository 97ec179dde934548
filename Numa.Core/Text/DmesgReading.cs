using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;

namespace Numa.Core.Text;

/// <summary>What a kernel log tells about its machine, and what in it could not be read.</summary>
/// <param name="Machine">Null when the log lacks what no machine can do without.</param>
/// <param name="Problems">Everything that was wrong, in the order of the text.</param>
public sealed record DmesgReading(MachineDescription? Machine, ImmutableArray<Problem> Problems);
