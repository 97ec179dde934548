using Numa.Cli.Tables;
using Numa.Core.Allocation;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Explaining;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Exports;

/// <summary>The walk of one allocation as JSON.</summary>
internal static class WalkExport
{
    /// <param name="page">What it was in its run; null when the request was asked of a booted machine.</param>
    public static string Of(BootedMachine machine, AllocationWalk walk, ExplainedPage? page = null)
    {
        var (request, release) = (walk.Request, machine.Image.Release);
        return JsonExport.Text(new
        {
            Answer = WalkText.Answer(walk),
            Machine = machine.Image.Name,
            Kernel = release.Name,
            Run = page is null ? null : new
            {
                page.Scenario,
                page.Seed,
                page.Workload,
                Task = walk.Task.Value,
                NumberOfTask = walk.Number,
                BeginNanoseconds = walk.Begin.Nanoseconds,
                EndNanoseconds = walk.End.Nanoseconds,
                LockWaitNanoseconds = walk.LockWait,
            },
            Gfp = GfpText.Format(request.Gfp),
            Order = request.Order.Value,
            Type = $"{request.Type}",
            HighestZone = $"{request.HighestZone(release)}",
            walk.Cpu,
            Node = (request.PreferredNode ?? walk.Node).Value,
            Zonelist = walk.List.Select(zone => $"{zone}"),
            Passes = walk.Passes.Select(pass => new
            {
                Mark = WalkText.Word(pass.Level),
                Flags = WalkText.Flags(pass.Flags, release, ""),
                Zones = pass.Steps.Select(Step),
            }),
            Zone = walk.Zone?.ToString(),
            Frame = walk.Zone is null ? null : $"{walk.Frame}",
            walk.Failure,
        });
    }

    private static object Step(WalkStep step) => new
    {
        Zone = $"{step.Zone}",
        step.Skipped,
        step.FairBatch,
        Check = step.Check is { } terms ? Check(terms) : null,
        Verdict = WalkText.Verdict(step),
        Source = step.Source is { } source
            ? new
            {
                List = source.IsRefill ? "pageset" : "buddy",
                source.Order,
                source.Type,
                source.Asked,
                source.Taken,
                source.Fallbacks,
                FromOrder = source.From?.Order,
                FromType = source.From?.Type,
                source.LeftOnList,
            }
            : null,
    };

    private static object Check(WatermarkTerms terms) => new
    {
        FreePages = terms.Free,
        UnusablePages = terms.Unusable,
        MarkPages = terms.Mark,
        BoostPages = terms.Boost,
        LoweredPages = terms.Lowered,
        ReservePages = terms.Reserve,
        ReserveColumn = (Core.Addressing.ZoneKind)terms.Check.ReserveIndex,
        AvailablePages = terms.Free - terms.Unusable,
        RequiredPages = terms.Lowered + terms.Reserve,
        Passes = terms.Verdict.Passes,
        terms.Verdict.Verdict,
    };
}
