# What the example has in its flash: 100 drawn digits, and two models that ship with Lentil.
set(lentil_example_folder ${CMAKE_CURRENT_LIST_DIR})

# lentil_example_contents(program source): digits.h, lenet.h and hand.h in the current binary folder;
# lentil_example_headers names them.
function(lentil_example_contents program source)
  set(out ${CMAKE_CURRENT_BINARY_DIR})
  add_custom_command(
    OUTPUT ${out}/digits.h
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${out}/digits
    COMMAND ${program} data synth --count 100 -o ${out}/digits
    COMMAND ${CMAKE_COMMAND} -D FOLDER=${out}/digits -D HEADER=${out}/digits.h -P ${lentil_example_folder}/embed.cmake
    DEPENDS ${lentil_example_folder}/embed.cmake
    VERBATIM)
  add_custom_command(
    OUTPUT ${out}/lenet.h ${out}/hand.h
    COMMAND ${program} export ${source}/models/lenet_mnist.lentil --c-array -o ${out}/lenet.h
    COMMAND ${program} export ${source}/models/digits.lentil --c-array -o ${out}/hand.h
    DEPENDS ${source}/models/lenet_mnist.lentil ${source}/models/digits.lentil
    VERBATIM)
  set(lentil_example_headers ${out}/digits.h ${out}/lenet.h ${out}/hand.h PARENT_SCOPE)
endfunction()
