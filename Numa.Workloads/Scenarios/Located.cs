using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>A value and the place where a person wrote it.</summary>
public readonly record struct Located<T>(T Value, SourcePlace At);
