using System.Reflection;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Processes;

public class SignTaskTests
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    // Whatever a task may say of itself, the one that gives signs must say too.
    [Fact]
    public void It_passes_on_all_that_a_task_can_be_asked()
    {
        var asked = typeof(SimulatedTask).GetMethods(Any)
            .Where(method => method.IsVirtual && method.DeclaringType == typeof(SimulatedTask))
            .Select(method => method.Name).ToList();
        Assert.Contains("Next", asked);
        Assert.All(asked, name => Assert.Contains(typeof(SignTask).GetMethods(Any),
            method => method.Name == name && method.DeclaringType == typeof(SignTask)));

        var given = new ScriptTask(3, 2) { Start = new(7), After = [new(1)], OomAdjustment = 500 };
        var signing = new SignTask(given, []);
        Assert.All(typeof(SimulatedTask).GetProperties().Where(property => property.SetMethod?.IsPublic == true),
            property => Assert.Equal(property.GetValue(given), property.GetValue(signing)));
    }

    [Fact]
    public void It_gives_its_signs_after_so_many_operations()
    {
        var task = new SignTask(
            new ScriptTask(
                0, 0, ScriptTask.Allocate(0), ScriptTask.Think(5), ScriptTask.Allocate(1), ScriptTask.FreeLast),
            [(3, 7), (0, 8), (2, 9)]);
        var steps = new List<string>();
        var step = default(TaskStep);
        do
        {
            task.Next(ref step);
            steps.Add(step.Kind == TaskStepKind.GiveSign ? $"sign {step.Sign}" : $"{step.Kind}");
            if (step.Kind == TaskStepKind.Allocate) task.Allocated(new(64, 0, 0));
        }
        while (step.Kind != TaskStepKind.Exit);

        Assert.Equal(["sign 8", "Allocate", "Think", "Allocate", "sign 9", "Free", "sign 7", "Exit"], steps);
    }
}
