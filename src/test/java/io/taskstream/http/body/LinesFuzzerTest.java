package io.taskstream.http.body;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.taskstream.testing.Property;

/**
 * Has Jazzer choose among the properties of {@link LinesFuzzTest} and make up their inputs. It is a class of its own that
 * names no other in a signature: Jazzer must be there before the classes are that it watches, since JDK 17 can't change
 * records afterwards.
 */
class LinesFuzzerTest {

    private final Object properties = new LinesFuzzTest();

    @FuzzTest
    void holds(FuzzedDataProvider data) throws Throwable {
        Property.Tries.holdOne(properties, data);
    }
}
